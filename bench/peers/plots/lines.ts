import { element, label } from "./svg.ts";

export interface LineStyle {
  /** The class of its colour. */
  readonly color: string;
  /** The value of `stroke-dasharray`. */
  readonly dashes: string;
  readonly mark: keyof typeof MARKS;
}

export interface Line extends LineStyle {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LinePanel {
  readonly title: string;
  readonly lines: readonly Line[];
  /** The y axis: powers of ten, or from zero to this value. */
  readonly y: "log" | number;
  /** How far apart lines with the same values are, so that none hides another. */
  readonly apart?: number;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

export const LINE_PANEL = { width: 392, height: 250 };
const MAX_TICKS = 7;
const PLOT = { left: 50, top: 28, right: 138, bottom: 26 };
const TICK_WIDTH = 40;
const LABEL_HEIGHT = 15;

/** The outlines of the marks, around their point. */
const MARKS = {
  circle: "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
  square: "M-3.5 -3.5h7v7h-7z",
  triangle: "M0 -4.5L4.5 3.5H-4.5z",
  diamond: "M0 -5L5 0L0 5L-5 0z",
  cross: "M-3.5 -3.5L3.5 3.5M-3.5 3.5L3.5 -3.5",
};

/** Lines over an x axis of powers. */
export function linePanel({ title, lines, y, apart = 0, formatX, formatY }: LinePanel): string[] {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map((point) => point.x))];
  const ys = points.map((point) => point.y);
  const width = LINE_PANEL.width - PLOT.left - PLOT.right;
  const top = PLOT.top + apart * (lines.length - 2);
  const height = LINE_PANEL.height - top - PLOT.bottom;
  const [xMin, xMax] = [Math.log(Math.min(...xs)), Math.log(Math.max(...xs))];
  const yTicks =
    y === "log" ? logTicks(Math.min(...ys, Math.max(...ys) / 10), Math.max(...ys)) : [0, y / 4, y / 2, (y * 3) / 4, y];
  const position = (value: number) => (y === "log" ? Math.log(value) : value);
  const [yMin, yMax] = [position(yTicks[0] ?? 0), position(yTicks.at(-1) ?? 0)];
  const toX = (value: number) => PLOT.left + ((Math.log(value) - xMin) / (xMax - xMin || 1)) * width;
  const toY = (value: number) => top + height - ((position(value) - yMin) / (yMax - yMin || 1)) * height;

  const grid = yTicks.flatMap((tick) => [
    element("path", { class: "grid", d: `M${PLOT.left} ${toY(tick).toFixed(1)}h${width}` }),
    label(PLOT.left - 6, toY(tick) + 4, formatY(tick), { "text-anchor": "end", class: "muted" }),
  ]);
  const every = Math.ceil((xs.length * TICK_WIDTH) / width);
  const xTicks = xs
    .filter((_, i) => (xs.length - 1 - i) % every === 0)
    .map((tick) => label(toX(tick), top + height + 17, formatX(tick), { "text-anchor": "middle", class: "muted" }));
  const drawn = lines.map((line, i) => {
    const shift = i === lines.length - 1 ? 0 : i * apart;
    return { ...line, places: line.points.map((point) => ({ x: toX(point.x), y: toY(point.y) - shift })) };
  });
  const paths = drawn.flatMap(({ color, dashes, mark, places }) => {
    const path = places.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    return [
      element("path", { class: `${color} line`, "stroke-dasharray": dashes, d: `M${path}` }),
      ...places.map(({ x, y }) => markAt(x, y, { color, mark })),
    ];
  });
  const ends = drawn.map(({ places, ...line }) => ({ ...line, y: places.at(-1)?.y ?? 0 }));
  return [
    label(0, 14, title, { class: "panel" }),
    ...grid,
    ...xTicks,
    ...paths,
    ...endLabels(ends, PLOT.left + width + 14, top + height),
  ];
}

const markAt = (x: number, y: number, { color, mark }: Pick<LineStyle, "color" | "mark">) =>
  element("path", { class: `${color} mark`, d: MARKS[mark], transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });

/** The names beside the ends of the lines, in their order, without an overlap. */
function endLabels(
  ends: readonly (Omit<Line, "points"> & { readonly y: number })[],
  x: number,
  bottom: number,
): string[] {
  let free = bottom;
  const sorted = ends.toSorted((a, b) => b.y - a.y);
  return sorted.flatMap((end, i) => {
    // The labels above this one need their height, too.
    const lowest = Math.max(end.y, PLOT.top + (sorted.length - 1 - i) * LABEL_HEIGHT);
    const y = Math.min(lowest, free);
    free = y - LABEL_HEIGHT;
    const own = end.name === "prisma-db-session" ? { class: "own" } : {};
    return [markAt(x, y, end), label(x + 10, y + 4, end.name, own)];
  });
}

/** From below the least value to above the greatest: 1, 2, 5, 10 and so on, or fewer. */
function logTicks(least: number, greatest: number): number[] {
  for (const steps of [
    [1, 2, 5],
    [1, 3],
  ]) {
    const ticks = ticksOf(steps, least, greatest);
    if (ticks.length <= MAX_TICKS) return ticks;
  }
  return ticksOf([1], least, greatest);
}

function ticksOf(steps: readonly number[], least: number, greatest: number): number[] {
  const first = Math.floor(Math.log10(least));
  const all = Array.from({ length: Math.ceil(Math.log10(greatest)) - first + 1 }, (_, i) =>
    steps.map((step) => step * 10 ** (first + i)),
  ).flat();
  const from = all.findLastIndex((tick) => tick <= least);
  const to = all.findIndex((tick) => tick >= greatest);
  return all.slice(from, to + 1);
}
