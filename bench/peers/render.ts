import { growthPlot } from "./plots/growth.ts";
import { nextPlot } from "./plots/next.ts";
import { operationPlot } from "./plots/operations.ts";
import type { PeersResult } from "./result.ts";
import { tables } from "./tables.ts";

const BEGIN = "<!-- begin: npm run bench:peers -->\n";
const END = "<!-- end: npm run bench:peers -->\n";

/** Draws the plots of a run, by file name, and replaces the marked region of docs/benchmarks.md. */
export function render(result: PeersResult, page: string): { plots: Record<string, string>; markdown: string } {
  const [before, rest] = page.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`docs/benchmarks.md has no region "${BEGIN.trim()}".`);
  return {
    plots: {
      "concurrent.svg": operationPlot(result, 32),
      "alone.svg": operationPlot(result, 1),
      "next.svg": nextPlot(result),
      "growth.svg": growthPlot(result),
    },
    markdown: `${before}${BEGIN}${tables(result)}${END}${after}`,
  };
}
