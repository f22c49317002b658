import type { PeersResult, Place } from "../result.ts";
import { summarize } from "../statistics.ts";
import { barPanels } from "./bars.ts";
import { colorOf } from "./colors.ts";
import { count } from "./format.ts";
import { picture } from "./picture.ts";

export const PLACE_TITLES: Readonly<Record<Place, string>> = {
  "handler reads": "A route handler reads",
  "handler writes": "A route handler writes",
  "page reads": "A page reads",
  "action writes": "A server action writes, the page reads",
};

const CONCURRENT = 32;

/** The requests per second of a built Next.js app. */
export function nextPlot(result: PeersResult): string {
  const panels = Object.entries(PLACE_TITLES).map(([place, title]) => ({
    title,
    bars: result.next
      .filter((one) => one.place === place && one.concurrent === CONCURRENT)
      .map(({ peer, requestsPerSecond }) => ({
        name: peer === "none" ? "no session" : peer,
        color: colorOf(peer),
        ...summarize(requestsPerSecond),
      }))
      .map((bar) => ({ ...bar, value: `${count(bar.median)}/s` })),
  }));
  return picture({
    title: `Requests per second of a Next.js ${result.versions.next} app, with ${CONCURRENT} concurrent visitors`,
    subtitle: "Longer is better. A bar is the median of all rounds, and half of the rounds are within its line.",
    result,
    ...barPanels(panels, 60),
  });
}
