import { KILOBYTE } from "../../kilobyte.ts";
import { concurrently, interleave } from "../../rounds.ts";
import type { RowsResult } from "../result.ts";
import type { Scale } from "../scale.ts";
import type { OpenPeer, PeerName } from "../stores/index.ts";
import type { Data } from "../stores/peer.ts";

/** The data of the other rows: those of {@link KILOBYTE} would take four times the disk. */
const SIGNED_IN = { userId: 4711, visits: 0 } as Data;

/** Measures requests for random sessions of an ever larger table, one request after another. */
export async function benchRows(
  peers: ReadonlyMap<PeerName, OpenPeer>,
  { warmUp, rounds, rows: counts, growth }: Scale,
): Promise<RowsResult[]> {
  const results: RowsResult[] = [];
  for (const rows of counts) {
    const began = performance.now();
    const cookies = new Map<PeerName, string[]>();
    const prepare = async ([name, peer]: [PeerName, OpenPeer]) => {
      await peer.empty();
      await peer.create(SIGNED_IN);
      const own: string[] = [];
      for (let i = 0; i < (warmUp + rounds) * growth; i++) own.push((await peer.create(KILOBYTE)).cookie);
      cookies.set(name, own);
      await peer.fill(rows);
    };
    await Promise.all([...peers].map(prepare));
    console.error(`${rows} rows were inserted in ${((performance.now() - began) / 1000).toFixed(0)} seconds`);
    // Each request has a session that no other request has read before.
    const us = await interleave([...peers.keys()], { warmUp, rounds }, (name) => {
      const requests = (cookies.get(name) ?? []).splice(0, growth);
      return concurrently([
        requests.map((cookie, i) => () => (peers.get(name) as OpenPeer).request(cookie, { visits: i + 1 })),
      ]);
    });
    for (const peer of peers.keys()) results.push({ peer, rows, us: us[peer] });
  }
  return results;
}
