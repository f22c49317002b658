import type { OperationName, PeersResult } from "../result.ts";
import { summarize } from "../statistics.ts";
import { barPanels } from "./bars.ts";
import { colorOf } from "./colors.ts";
import { duration } from "./format.ts";
import { picture } from "./picture.ts";

const OPERATION_TITLES: Readonly<Record<OperationName, string>> = {
  load: "Load",
  save: "Save",
  create: "Create",
  readRequest: "Request that only reads",
  request: "Request: load, change, save",
  rotate: "Rotate the key",
  signOut: "Sign out",
};

/** The time of each operation with this number of concurrent visitors. */
export function operationPlot(result: PeersResult, concurrent: number): string {
  const shown = result.operations.filter((one) => one.concurrent === concurrent);
  const panels = Object.entries(OPERATION_TITLES).map(([operation, title]) => ({
    title,
    bars: shown
      .filter((one) => one.operation === operation)
      .map(({ peer, us }) => ({ name: peer, color: colorOf(peer), ...summarize(us) }))
      .map((bar) => ({ ...bar, value: duration(bar.median) })),
  }));
  const visitors = concurrent === 1 ? "one visitor" : `${concurrent} concurrent visitors`;
  return picture({
    title: `Time of one operation, with ${visitors}`,
    subtitle: "Shorter is better. A bar is the median of all rounds, and half of the rounds are within its line.",
    result,
    ...barPanels(panels, 56),
  });
}
