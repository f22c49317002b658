import { KILOBYTE } from "../../kilobyte.ts";
import { concurrently, interleave } from "../../rounds.ts";
import type { WritersResult } from "../result.ts";
import type { Scale } from "../scale.ts";
import type { PeerName } from "../stores/index.ts";
import type { Peer } from "../stores/peer.ts";

/** Measures concurrent requests that each change another key of one session. */
export async function benchWriters(
  peers: ReadonlyMap<PeerName, Peer>,
  { warmUp, rounds, writers: numbers }: Scale,
): Promise<WritersResult[]> {
  const results: WritersResult[] = [];
  for (const writers of numbers) {
    const measured = await interleave([...peers.keys()], { warmUp, rounds }, (name) =>
      writeAtOnce(peers.get(name) as Peer, writers),
    );
    for (const peer of peers.keys()) {
      const samples = measured[peer];
      results.push({ peer, writers, us: samples.map(({ us }) => us), kept: samples.map(({ kept }) => kept) });
    }
    console.error(`${writers} concurrent writers of one session`);
  }
  return results;
}

async function writeAtOnce(peer: Peer, writers: number): Promise<{ us: number; kept: number }> {
  const { key, cookie } = await peer.create(KILOBYTE);
  const names = Array.from({ length: writers }, (_, i) => `writer${i}`);
  // A request that fails has lost its change, which `kept` shows.
  const write = (name: string) => () => peer.request(cookie, { [name]: true }).catch(() => {});
  const us = await concurrently(names.map((name) => [write(name)]));
  const data = await peer.read(key);
  return { us, kept: names.filter((name) => data[name] === true).length / writers };
}
