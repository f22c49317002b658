import type { Summary } from "../statistics.ts";
import { MARGIN, WIDTH } from "./picture.ts";
import { element, label } from "./svg.ts";

interface Bar extends Summary {
  readonly name: string;
  /** The class of its colour. */
  readonly color: string;
  /** The text beside the bar. */
  readonly value: string;
}

export interface BarPanel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const COLUMNS = 2;
const GAP = 28;
const PANEL_WIDTH = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS;
const NAME_WIDTH = 200;
const ROW = 18;
const TITLE = 24;
const BELOW = 16;

const heightOf = (bars: number) => TITLE + bars * ROW + BELOW;

/** Panels of horizontal bars, two in a row. Each panel has a scale of its own, from zero. */
export function barPanels(all: readonly BarPanel[], valueWidth: number): { height: number; content: string[] } {
  const panels = all.filter(({ bars }) => bars.length > 0);
  const height = heightOf(Math.max(0, ...panels.map(({ bars }) => bars.length)));
  const content = panels.map((panel, i) => {
    const x = MARGIN + (i % COLUMNS) * (PANEL_WIDTH + GAP);
    const y = Math.floor(i / COLUMNS) * height;
    return element("g", { transform: `translate(${x} ${y})` }, ...barPanel(panel, valueWidth));
  });
  return { height: Math.ceil(panels.length / COLUMNS) * height, content };
}

function barPanel({ title, bars }: BarPanel, valueWidth: number): string[] {
  const length = PANEL_WIDTH - NAME_WIDTH - valueWidth;
  const max = Math.max(...bars.map(({ high }) => high));
  const scale = (value: number) => (value / max) * length;
  const rows = bars.map(({ name, color, value, median, low, high }, i) => {
    const middle = TITLE + i * ROW + ROW / 2;
    const own = name.startsWith("prisma-db-session") ? { class: "own" } : {};
    return element(
      "g",
      { transform: `translate(${NAME_WIDTH} ${middle})` },
      label(-8, 4, name, { "text-anchor": "end", ...own }),
      element("rect", { class: color, y: -6, width: scale(median), height: 12 }),
      // On an outline, because it is on the bar and on the background.
      ...["outline", "spread"].map((line) =>
        element("path", { class: line, d: `M${scale(low).toFixed(1)} 0H${scale(high).toFixed(1)}` }),
      ),
      label(scale(Math.max(high, median)) + 6, 4, value, own),
    );
  });
  return [label(0, 14, title, { class: "panel" }), ...rows];
}
