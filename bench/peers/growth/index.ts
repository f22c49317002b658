import type { PeersResult } from "../result.ts";
import type { Scale } from "../scale.ts";
import type { OpenPeer, PeerName } from "../stores/index.ts";
import { benchRows } from "./rows.ts";
import { benchSize } from "./size.ts";
import { benchWriters } from "./writers.ts";

/** The lines of the plots. More lines would hide each other. */
const SHOWN: readonly PeerName[] = ["pg", "connect-pg-simple", "Prisma 7", "prisma-db-session", "prisma-session-store"];

/** Measures how the cost of a request grows. */
export async function benchGrowth(all: ReadonlyMap<PeerName, OpenPeer>, scale: Scale): Promise<PeersResult["growth"]> {
  const peers = new Map([...all].filter(([name]) => SHOWN.includes(name)));
  return {
    size: await benchSize(peers, scale),
    writers: await benchWriters(peers, scale),
    // This comes last, because it empties the tables.
    rows: await benchRows(peers, scale),
  };
}
