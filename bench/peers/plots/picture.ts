import { type PeersResult, QUIET } from "../result.ts";
import { element, label } from "./svg.ts";

export const WIDTH = 840;
export const MARGIN = 20;
const HEADER = 62;
const FOOTER = 34;

/** Colours by class. The background is part of the picture, so it is legible on any page. */
const STYLE = `
text { font: 12px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2328 }
.background { fill: #ffffff }
.title { font-size: 17px; font-weight: 600 }
.panel { font-size: 13px; font-weight: 600 }
.muted { fill: #59636e }
.own { font-weight: 600 }
.grid { stroke: #8c959f; stroke-width: 0.5 }
.spread { stroke: #1f2328; stroke-width: 1.5 }
.outline { stroke: #ffffff; stroke-width: 3; fill: none }
.c0 { fill: #0969da; stroke: #0969da }
.c1 { fill: #6e7781; stroke: #6e7781 }
.c2 { fill: #bc4c00; stroke: #bc4c00 }
.c3 { fill: #8250df; stroke: #8250df }
.c4 { fill: #1a7f37; stroke: #1a7f37 }
.line { fill: none; stroke-width: 2 }
.mark { stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.background { fill: #0d1117 }
.muted { fill: #9198a1 }
.grid { stroke: #656c76 }
.spread { stroke: #f0f6fc }
.outline { stroke: #0d1117 }
.c0 { fill: #4493f8; stroke: #4493f8 }
.c1 { fill: #8b949e; stroke: #8b949e }
.c2 { fill: #f0883e; stroke: #f0883e }
.c3 { fill: #ab7df8; stroke: #ab7df8 }
.c4 { fill: #3fb950; stroke: #3fb950 }
.line { fill: none }
}
`;

interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly result: PeersResult;
  /** The height of the content, whose y begins at 0. */
  readonly height: number;
  readonly content: readonly string[];
}

/** A picture with a title above its content, and with the machine and the date below. */
export function picture({ title, subtitle, result, height: inner, content }: Picture): string {
  const height = HEADER + inner + FOOTER;
  const svg = element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: "img" },
    element("title", {}, title),
    element("style", {}, STYLE),
    element("rect", { class: "background", width: WIDTH, height, rx: 6 }),
    label(MARGIN, 28, title, { class: "title" }),
    label(MARGIN, 47, subtitle, { class: "muted" }),
    element("g", { transform: `translate(0 ${HEADER})` }, ...content),
    label(MARGIN, height - 13, origin(result), { class: "muted" }),
  );
  return `${svg}\n`;
}

/** Where and when the numbers were measured. */
function origin({ date, isTrial, loadAverage: [load = 0], machine }: PeersResult): string {
  const { cpu, cores, node, postgresql } = machine;
  const trial = isTrial ? "Only a trial! " : load > QUIET ? "On a busy machine! " : "";
  return `${trial}${date}, ${cpu}, ${cores} cores, Node.js ${node}, PostgreSQL ${postgresql}, all on this one machine`;
}
