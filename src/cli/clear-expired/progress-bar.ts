import type { Output } from "../host.ts";

const MAX_BAR = 30;

/** Shows on one line how far the work has come. */
export interface ProgressBar {
  draw(done: number): void;
  /** Leaves the line empty, for what is to be said next. */
  clear(): void;
}

/**
 * A bar for a terminal, without colours and control sequences: every terminal knows the carriage return.
 * @param total What `draw` may come to; more is drawn as all.
 */
export function progressBar(terminal: Output, total: number): ProgressBar {
  let drawn = "";
  const replace = (line: string) => {
    terminal.write(`\r${line.padEnd(drawn.length)}`);
    drawn = line;
  };
  return {
    draw(done) {
      const part = Math.min(done / total, 1);
      const text = ` ${Math.floor(part * 100)} % (${done} of ${total})`;
      // The last column stays free: a line that fills it would be wrapped.
      const width = Math.min(MAX_BAR, (terminal.columns || 80) - text.length - 3);
      const full = Math.round(part * width);
      replace(width > 0 ? `[${"#".repeat(full)}${"-".repeat(width - full)}]${text}` : text.trim());
    },
    clear() {
      if (drawn === "") return;
      replace("");
      terminal.write("\r");
    },
  };
}
