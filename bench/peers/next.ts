import { interleave } from "../rounds.ts";
import { NextClient } from "./next-client.ts";
import { startNext } from "./next-server.ts";
import type { NextPeerName, NextResult, PeersResult, Place } from "./result.ts";
import type { Scale } from "./scale.ts";

const FOLDERS: Readonly<Record<NextPeerName, string>> = {
  "prisma-db-session": "this",
  "better-auth": "better-auth",
  "better-auth, cookie cache": "better-auth-cached",
  "iron-session": "iron-session",
  none: "none",
};
const PLACES: readonly Place[] = ["handler reads", "handler writes", "page reads", "action writes"];

/** iron-session 9 needs this version of Node.js. */
const IRON_SESSION_NODE = [22, 13] as const;

/** What cannot run here, and why. */
export const nextSkipped: PeersResult["skipped"] = isNodeSince(...IRON_SESSION_NODE)
  ? []
  : [{ peer: "iron-session", reason: `It needs Node.js ${IRON_SESSION_NODE.join(".")}` }];

/** Measures a built Next.js app: each peer in a route handler, a page and a server action. */
export async function benchNext(postgres: string, { warmUp, rounds, requests }: Scale): Promise<NextResult[]> {
  const { url, stop } = await startNext(postgres);
  try {
    const results: NextResult[] = [];
    for (const [visitors, amount] of Object.entries(requests)) {
      const concurrent = Number(visitors);
      const clients = new Map<NextPeerName, NextClient>();
      for (const [name, folder] of Object.entries(FOLDERS) as [NextPeerName, string][]) {
        if (nextSkipped.some(({ peer }) => peer === name)) continue;
        clients.set(name, new NextClient(`${url}/${folder}`, concurrent));
      }
      for (const place of PLACES) {
        const measured = await interleave([...clients.keys()], { warmUp, rounds }, (name) =>
          (clients.get(name) as NextClient).measure(place, amount),
        );
        for (const peer of clients.keys()) {
          const all = (of: "requestsPerSecond" | "p50" | "p99") => measured[peer].map((sample) => sample[of]);
          results.push({
            place,
            peer,
            concurrent,
            requestsPerSecond: all("requestsPerSecond"),
            p50: all("p50"),
            p99: all("p99"),
          });
        }
        console.error(`Next.js at ${concurrent}: ${place}`);
      }
    }
    return results;
  } finally {
    await stop();
  }
}

function isNodeSince(major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = process.versions.node.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
