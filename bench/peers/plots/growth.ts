import type { PeersResult } from "../result.ts";
import { quantile } from "../statistics.ts";
import type { PeerName } from "../stores/index.ts";
import { duration } from "./format.ts";
import { LINE_PANEL, type Line, type LinePanel, linePanel } from "./lines.ts";
import { MARGIN, picture, WIDTH } from "./picture.ts";
import { element, label } from "./svg.ts";

/** The colours, from the line below to the line on top. */
const COLORS: Partial<Readonly<Record<PeerName, string>>> = {
  pg: "c1",
  "Prisma 7": "c4",
  "connect-pg-simple": "c2",
  "prisma-session-store": "c3",
  "prisma-db-session": "c0",
};
const LEGEND = 26;
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
      formatX: String,
      formatY: (part) => `${part} %`,
    },
  ];
  const content = panels.map((panel, i) => {
    const x = i % 2 === 0 ? MARGIN : WIDTH - MARGIN - LINE_PANEL.width;
    const y = LEGEND + Math.floor(i / 2) * (LINE_PANEL.height + 14);
    return element("g", { transform: `translate(${x} ${y})` }, ...linePanel(panel));
  });
  return picture({
    title: "How the cost of a request grows",
    subtitle:
      "Lower is better, but for the kept changes. Axes of times are logarithmic. A point is the median of all rounds.",
    result,
    height: LEGEND + 2 * LINE_PANEL.height + 14,
    content: [...legend(), ...content],
  });
}

function linesOf<One extends { readonly peer: PeerName }>(
  results: readonly One[],
  pointOf: (one: One) => { x: number; y: number },
): Line[] {
  return Object.entries(COLORS)
    .map(([peer, color]) => ({ color, points: results.filter((one) => one.peer === peer).map(pointOf) }))
    .filter(({ points }) => points.length > 0);
}

function legend(): string[] {
  let x = MARGIN;
  return Object.entries(COLORS)
    .toReversed()
    .flatMap(([peer, color]) => {
      const entry = [
        element("rect", { class: color, x, y: -4, width: 14, height: 8 }),
        label(x + 20, 4, peer, peer === "prisma-db-session" ? { class: "own" } : {}),
      ];
      x += 46 + peer.length * 6.6;
      return entry;
    });
}
