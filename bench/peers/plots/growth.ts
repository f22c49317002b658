import type { PeersResult } from "../result.ts";
import { quantile } from "../statistics.ts";
import type { PeerName } from "../stores/index.ts";
import { duration } from "./format.ts";
import { LINE_PANEL, type Line, type LinePanel, type LineStyle, linePanel } from "./lines.ts";
import { MARGIN, picture, WIDTH } from "./picture.ts";
import { element } from "./svg.ts";

/** From the line below to the line on top. Each differs by its colour, its dashes and its mark. */
const STYLES: Partial<Readonly<Record<PeerName, LineStyle>>> = {
  pg: { color: "c1", dashes: "2 3", mark: "cross" },
  "Prisma 7": { color: "c4", dashes: "7 4", mark: "triangle" },
  "connect-pg-simple": { color: "c2", dashes: "12 3 3 3", mark: "square" },
  "prisma-session-store": { color: "c3", dashes: "4 3", mark: "diamond" },
  "prisma-db-session": { color: "c0", dashes: "none", mark: "circle" },
};
const GAP = 14;
const KB = 1024;

/** How the cost of a request grows with the data, the rows and the concurrent writers. */
export function growthPlot(result: PeersResult): string {
  const { size, rows, writers } = result.growth;
  const panels: LinePanel[] = [
    {
      title: "A request, by the size of the session",
      lines: linesOf(size, ({ bytes, us }) => ({ x: bytes, y: quantile(us, 0.5) })),
      y: "log",
      formatX: (bytes) => (bytes < KB * KB ? `${bytes / KB} KB` : `${bytes / KB / KB} MB`),
      formatY: duration,
    },
    {
      title: "A request, by the rows of the table",
      lines: linesOf(rows, ({ rows, us }) => ({ x: rows, y: quantile(us, 0.5) })),
      y: "log",
      formatX: (rows) => (rows < 1e6 ? `${rows / 1e3} k` : `${rows / 1e6} M`),
      formatY: duration,
    },
    {
      title: "Concurrent requests of one session: time for each",
      lines: linesOf(writers, ({ writers, us }) => ({ x: writers, y: quantile(us, 0.5) })),
      y: "log",
      formatX: String,
      formatY: duration,
    },
    {
      title: "The same: changes that were kept",
      lines: linesOf(writers, ({ writers, kept }) => ({ x: writers, y: 100 * quantile(kept, 0.5) })),
      y: 100,
      apart: 5,
      formatX: String,
      formatY: (part) => `${part} %`,
    },
  ];
  const content = panels.map((panel, i) => {
    const x = i % 2 === 0 ? MARGIN : WIDTH - MARGIN - LINE_PANEL.width;
    const y = Math.floor(i / 2) * (LINE_PANEL.height + GAP);
    return element("g", { transform: `translate(${x} ${y})` }, ...linePanel(panel));
  });
  return picture({
    title: "How the cost of a request grows",
    subtitle:
      "A point is the median of all rounds. Axes of times are logarithmic. Lines of equal kept changes are drawn apart.",
    result,
    height: 2 * LINE_PANEL.height + GAP,
    content,
  });
}

function linesOf<One extends { readonly peer: PeerName }>(
  results: readonly One[],
  pointOf: (one: One) => { x: number; y: number },
): Line[] {
  return Object.entries(STYLES)
    .map(([peer, style]) => ({ ...style, name: peer, points: results.filter((one) => one.peer === peer).map(pointOf) }))
    .filter(({ points }) => points.length > 0);
}
