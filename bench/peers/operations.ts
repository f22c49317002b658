import { KILOBYTE } from "../kilobyte.ts";
import { concurrently, interleave, type Work } from "../rounds.ts";
import type { OperationName, OperationResult } from "./result.ts";
import type { Scale } from "./scale.ts";
import { countStatements } from "./statements.ts";
import type { PeerName } from "./stores/index.ts";
import type { Peer, Visitor } from "./stores/peer.ts";

const OPERATIONS: readonly OperationName[] = ["load", "save", "create", "readRequest", "request", "rotate", "signOut"];

/** Measures each operation of each peer, by one visitor and by 32 concurrent visitors. */
export async function benchOperations(
  peers: ReadonlyMap<PeerName, Peer>,
  { warmUp, rounds, operations }: Scale,
): Promise<OperationResult[]> {
  const results: OperationResult[] = [];
  for (const operation of OPERATIONS) {
    for (const [visitors, times] of Object.entries(operations)) {
      const concurrent = Number(visitors);
      const prepared = new Map<PeerName, Prepared>();
      for (const [name, peer] of peers) prepared.set(name, await prepare(operation, peer, concurrent, times));
      if (operation === "load") {
        for (const [name, { measure }] of prepared) await assertNoBatches(name, measure, concurrent * times);
      }
      const us = await interleave([...peers.keys()], { warmUp, rounds }, (name) =>
        (prepared.get(name) as Prepared).measure(),
      );
      for (const [name, { check }] of prepared) await check(name);
      for (const peer of peers.keys()) results.push({ operation, concurrent, peer, us: us[peer] });
      console.error(`${operation} at ${concurrent}`);
    }
  }
  return results;
}

interface Prepared {
  /** Runs one round. Resolves to the microseconds of one operation. */
  readonly measure: () => Promise<number>;
  /** Throws if a row lacks a write of `save` or `request`. The other operations change no data. */
  readonly check: (peer: PeerName) => Promise<void>;
}

async function prepare(operation: OperationName, peer: Peer, concurrent: number, times: number): Promise<Prepared> {
  // A session can be signed out once only, so each round needs new sessions.
  if (operation === "signOut") {
    const measure = async () => {
      const visitors = await Promise.all(Array.from({ length: concurrent }, () => createVisitors(peer, times)));
      return concurrently(visitors.map((own) => own.map((visitor) => () => visitor.signOut())));
    };
    return { measure, check: async () => {} };
  }
  const visitors = await createVisitors(peer, concurrent);
  const works = visitors.map((visitor) => workOf(operation, peer, visitor));
  let saves = 0;
  return {
    measure() {
      if (operation === "save" || operation === "request") saves += times;
      return concurrently(works.map((work) => Array.from({ length: times }, () => work)));
    },
    async check(name) {
      for (const { key } of visitors) {
        const { visits } = await peer.read(key);
        if (visits !== saves) throw new Error(`${name}: ${operation} wrote ${visits} of ${saves} changes.`);
      }
    },
  };
}

function workOf(operation: Exclude<OperationName, "signOut">, peer: Peer, visitor: Visitor): Work {
  let visits = 0;
  const { cookie } = visitor;
  switch (operation) {
    case "create":
      return () => peer.create(KILOBYTE);
    case "readRequest":
      return () => peer.readRequest(cookie);
    case "request":
      return () => peer.request(cookie, { visits: ++visits });
    default:
      return () => visitor[operation]();
  }
}

async function createVisitors(peer: Peer, count: number): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  for (let i = 0; i < count; i++) visitors.push(await peer.create(KILOBYTE));
  return visitors;
}

/** Throws if a peer sent several loads as one statement, which the requests of an app never share. */
async function assertNoBatches(peer: PeerName, measure: Prepared["measure"], loads: number): Promise<void> {
  const statements = await countStatements(measure);
  if (statements !== loads) throw new Error(`${peer} sent ${loads} loads as ${statements} statements.`);
}
