import type { Output } from "../host.ts";

const MAX_BAR = 30;

/** Shows the progress of the work on one line. */
export interface ProgressBar {
  draw(done: number): void;
  /** Empties the line, so that the next message can use it. */
  clear(): void;
}

/**
 * A bar for a terminal. It uses only the carriage return, which every terminal knows, and no
 * colours or control sequences.
 * @param total The number that counts as complete. `draw` shows a larger number as complete too.
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
      // The last column stays empty, because a terminal may wrap a line that fills it.
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
