import { randomBytes } from "node:crypto";
import { KILOBYTE } from "../../kilobyte.ts";
import { concurrently, interleave } from "../../rounds.ts";
import type { SizeResult } from "../result.ts";
import type { Scale } from "../scale.ts";
import type { PeerName } from "../stores/index.ts";
import type { Peer } from "../stores/peer.ts";

/** Measures requests with ever larger sessions, one request after another. */
export async function benchSize(
  peers: ReadonlyMap<PeerName, Peer>,
  { warmUp, rounds, bytes: sizes, growth }: Scale,
): Promise<SizeResult[]> {
  const results: SizeResult[] = [];
  for (const bytes of sizes) {
    const data = { ...KILOBYTE, padding: textOf(bytes - JSON.stringify({ ...KILOBYTE, padding: "" }).length) };
    const cookies = new Map<PeerName, string>();
    for (const [name, peer] of peers) cookies.set(name, (await peer.create(data)).cookie);
    let visits = 0;
    const us = await interleave([...peers.keys()], { warmUp, rounds }, (name) => {
      const request = () => (peers.get(name) as Peer).request(cookies.get(name) as string, { visits: ++visits });
      return concurrently([Array.from({ length: growth }, () => request)]);
    });
    for (const peer of peers.keys()) results.push({ peer, bytes, us: us[peer] });
    console.error(`sessions of ${bytes} bytes`);
  }
  return results;
}

/** Random text, because PostgreSQL would compress anything else. */
const textOf = (length: number) => randomBytes(Math.max(length, 0)).toString("base64").slice(0, Math.max(length, 0));
