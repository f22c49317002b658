import { element, label } from "./svg.ts";

export interface Line {
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LinePanel {
  readonly title: string;
  readonly lines: readonly Line[];
  /** The y axis: powers of ten, or from zero to this value. */
  readonly y: "log" | number;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

export const LINE_PANEL = { width: 386, height: 230 };
const MAX_TICKS = 7;
const PLOT = { left: 52, top: 28, right: 10, bottom: 26 };

/** Lines over an x axis of powers. */
export function linePanel({ title, lines, y, formatX, formatY }: LinePanel): string[] {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map((point) => point.x))];
  const ys = points.map((point) => point.y);
  const width = LINE_PANEL.width - PLOT.left - PLOT.right;
  const height = LINE_PANEL.height - PLOT.top - PLOT.bottom;
  const [xMin, xMax] = [Math.log(Math.min(...xs)), Math.log(Math.max(...xs))];
  const yTicks =
    y === "log" ? logTicks(Math.min(...ys, Math.max(...ys) / 10), Math.max(...ys)) : [0, y / 4, y / 2, (y * 3) / 4, y];
  const position = (value: number) => (y === "log" ? Math.log(value) : value);
  const [yMin, yMax] = [position(yTicks[0] ?? 0), position(yTicks.at(-1) ?? 0)];
  const toX = (value: number) => PLOT.left + ((Math.log(value) - xMin) / (xMax - xMin || 1)) * width;
  const toY = (value: number) => PLOT.top + height - ((position(value) - yMin) / (yMax - yMin || 1)) * height;

  const grid = yTicks.flatMap((tick) => [
    element("path", { class: "grid", d: `M${PLOT.left} ${toY(tick).toFixed(1)}h${width}` }),
    label(PLOT.left - 6, toY(tick) + 4, formatY(tick), { "text-anchor": "end", class: "muted" }),
  ]);
  const xTicks = xs.map((tick) =>
    label(toX(tick), PLOT.top + height + 17, formatX(tick), { "text-anchor": "middle", class: "muted" }),
  );
  const drawn = lines.flatMap(({ color, points }) => {
    const path = points.map(({ x, y }) => `${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join("L");
    const dots = points.map(({ x, y }) => element("circle", { class: color, cx: toX(x), cy: toY(y), r: 3 }));
    return [element("path", { class: `${color} line`, d: `M${path}` }), ...dots];
  });
  return [label(0, 14, title, { class: "panel" }), ...grid, ...xTicks, ...drawn];
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
