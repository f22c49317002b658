import { createSessions, type SessionStore } from "prisma-db-session";
import { expect } from "vitest";
import type { Provider, TestClient } from "../databases/types.ts";
import { SECRET } from "../support.ts";
import { audit } from "./audit.ts";
import { formatCounts, Ledger, readTable } from "./ledger.ts";
import { runLoad } from "./load.ts";
import { report, scale } from "./scale.ts";
import { SEED, seededRandom } from "./seeded-random.ts";
import { expectStrictMode } from "./strict-mode.ts";
import { watchStore } from "./watched-store.ts";

interface Proof {
  readonly title: string;
  readonly provider: Provider;
  /**
   * Where the load goes, and the faults are: to one database, or to each node of a cluster. They
   * are closed afterwards.
   */
  readonly clients: readonly { readonly store: SessionStore; close(): Promise<void> }[];
  /** What happens meanwhile; the load ends with it. */
  readonly faults: (ledger: Ledger) => Promise<void>;
  /** A client past all faults, when nothing is on its way any more. */
  readonly afterwards: () => Promise<TestClient>;
}

/** Puts a load on sessions while there are faults, and then holds against the table what everybody was told. */
export async function proveUnderLoad({ title, provider, clients, faults, afterwards }: Proof): Promise<void> {
  const watched = clients.map(({ store }) => watchStore(store));
  const stores = watched.map(({ store }) => store);
  const ledger = new Ledger();
  let isOver = false;
  const load = runLoad({
    ledger,
    random: seededRandom(SEED),
    processes: Math.max(2, watched.length),
    sessions(randomKey, process) {
      const store = stores[process % stores.length] as SessionStore;
      return createSessions({ store, secret: SECRET, randomKey });
    },
    isOfDatabase: (error) => watched.some(({ threw }) => threw(error)),
    isOver: () => isOver,
  });
  try {
    await faults(ledger);
  } finally {
    isOver = true;
    await load;
    await Promise.all(clients.map((client) => client.close()));
  }

  const past = await afterwards();
  await expectStrictMode(past, provider);
  const { session } = past;
  const { load: loadSession } = createSessions({ model: session, secret: SECRET });
  const table = await readTable(ledger, loadSession, () => session.count());
  const { lies, curiosities } = audit(ledger, table);
  report(`${title}, seed ${SEED}`);
  for (const line of ledger.summary()) report(line);
  report(`${ledger.writes} acknowledged writes; ${lies.length} lost, applied twice or brought back`);
  report(`rows: ${table.count}; ${formatCounts({ ...curiosities })}`);
  expect(lies, `with SEED=${SEED}`).toEqual([]);
  // Or nothing was proved. (That some have failed is not needed: what a fault stops may succeed all the same.)
  const succeeded = ledger.operations.filter(({ outcome }) => outcome === "acknowledged").map(({ kind }) => kind);
  const needed = scale({ test: ["create", "save"], prove: ["create", "load", "save", "cycleKey", "flush"] });
  expect(succeeded).toEqual(expect.arrayContaining(needed));
}
