import { interleave } from "../rounds.ts";
import { NextClient } from "./next-client.ts";
import { startNext } from "./next-server.ts";
import type { NextPeerName, NextResult, Place } from "./result.ts";
import type { Scale } from "./scale.ts";

const FOLDERS: Readonly<Record<NextPeerName, string>> = {
  "prisma-db-session": "this",
  "better-auth": "better-auth",
  "better-auth, cookie cache": "better-auth-cached",
  "iron-session": "iron-session",
  none: "none",
};
const PLACES: readonly Place[] = ["handler reads", "handler writes", "page reads", "action writes"];
const NEXT_CONCURRENCY = 32;

/** Measures a built Next.js app: each peer in a route handler, a page and a server action. */
export async function benchNext(postgres: string, { warmUp, rounds, requests }: Scale): Promise<NextResult[]> {
  const { url, stop } = await startNext(postgres);
  try {
    const clients = new Map<NextPeerName, NextClient>();
    for (const [name, folder] of Object.entries(FOLDERS)) {
      clients.set(name as NextPeerName, new NextClient(`${url}/${folder}`, NEXT_CONCURRENCY));
    }
    const results: NextResult[] = [];
    for (const place of PLACES) {
      const measured = await interleave([...clients.keys()], { warmUp, rounds }, (name) =>
        (clients.get(name) as NextClient).measure(place, requests),
      );
      for (const [peer, samples] of Object.entries(measured)) {
        const requestsPerSecond = samples.map((sample) => sample.requestsPerSecond);
        const [p50, p99] = [samples.map((sample) => sample.p50), samples.map((sample) => sample.p99)];
        results.push({ place, peer: peer as NextPeerName, concurrent: NEXT_CONCURRENCY, requestsPerSecond, p50, p99 });
      }
      console.error(`Next.js: ${place}`);
    }
    return results;
  } finally {
    await stop();
  }
}
