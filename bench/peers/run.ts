import { benchGrowth } from "./growth/index.ts";
import { currentCommit, describeMachine, loadAverage, waitUntilQuiet } from "./machine.ts";
import { benchNext, nextSkipped } from "./next.ts";
import { benchOperations } from "./operations.ts";
import type { PeersResult } from "./result.ts";
import type { Scale } from "./scale.ts";
import { type OpenPeer, openPeer, type PeerName, peerNames, skipReasonOf } from "./stores/index.ts";
import { versions } from "./versions.ts";

/** Measures everything on this server. */
export async function runPeers(server: string, scale: Scale, isTrial: boolean): Promise<PeersResult> {
  if (!isTrial) await waitUntilQuiet();
  const began = new Date();
  const before = { commit: await currentCommit(), load: loadAverage() };
  const peers = new Map<PeerName, OpenPeer>();
  const skipped: PeersResult["skipped"][number][] = [];
  try {
    for (const name of peerNames) {
      const reason = skipReasonOf(name);
      if (reason === undefined) peers.set(name, await openPeer(name, server));
      else skipped.push({ peer: name, reason });
    }
    skipped.push(...nextSkipped);
    for (const { peer, reason } of skipped) console.error(`${peer} is skipped: ${reason}`);
    const operations = await benchOperations(peers, scale);
    const next = await benchNext(server, scale);
    const growth = await benchGrowth(peers, scale);
    return {
      date: began.toISOString().slice(0, 10),
      isTrial,
      minutes: Math.round((Date.now() - began.getTime()) / 60_000),
      commit: before.commit,
      loadAverage: [before.load, loadAverage()],
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
