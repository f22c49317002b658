import { benchGrowth } from "./growth/index.ts";
import { describeMachine } from "./machine.ts";
import { benchNext } from "./next.ts";
import { benchOperations } from "./operations.ts";
import type { PeersResult } from "./result.ts";
import type { Scale } from "./scale.ts";
import { openPeer, type PeerName, peerNames, skipReasonOf } from "./stores/index.ts";
import type { Peer } from "./stores/peer.ts";
import { versions } from "./versions.ts";

/** Measures everything on this server. */
export async function runPeers(server: string, scale: Scale, isTrial: boolean): Promise<PeersResult> {
  const began = new Date();
  const peers = new Map<PeerName, Peer>();
  const skipped: PeersResult["skipped"][number][] = [];
  try {
    for (const name of peerNames) {
      const reason = skipReasonOf(name);
      if (reason === undefined) peers.set(name, await openPeer(name, server));
      else skipped.push({ peer: name, reason });
    }
    for (const { peer, reason } of skipped) console.error(`${peer} is skipped: ${reason}`);
    const operations = await benchOperations(peers, scale);
    const next = await benchNext(server, scale);
    const growth = await benchGrowth(peers, server, scale);
    return {
      date: began.toISOString().slice(0, 10),
      isTrial,
      minutes: Math.round((Date.now() - began.getTime()) / 60_000),
      machine: await describeMachine(server),
      versions: versions(),
      skipped,
      operations,
      next,
      growth,
    };
  } finally {
    for (const peer of peers.values()) await peer.close();
  }
}
