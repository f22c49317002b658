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
  /** Where the load goes, and the faults are. It is closed afterwards. */
  readonly client: { readonly store: SessionStore; close(): Promise<void> };
  /** What happens meanwhile; the load ends with it. */
  readonly faults: (ledger: Ledger) => Promise<void>;
  /** A client past all faults, when nothing is on its way any more. */
  readonly afterwards: () => Promise<TestClient>;
}

/** Puts a load on sessions while there are faults, and then holds against the table what everybody was told. */
export async function proveUnderLoad({ title, provider, client, faults, afterwards }: Proof): Promise<void> {
  const { store, threw } = watchStore(client.store);
  const ledger = new Ledger();
  let isOver = false;
  const load = runLoad({
    ledger,
    random: seededRandom(SEED),
    sessions: (randomKey) => createSessions({ store, secret: SECRET, randomKey }),
    isOfDatabase: threw,
    isOver: () => isOver,
  });
  try {
    await faults(ledger);
  } finally {
    isOver = true;
    await load;
    await client.close();
  }

  const past = await afterwards();
  await expectStrictMode(past, provider);
  const { session } = past;
  const { load: loadSession } = createSessions({ model: session, secret: SECRET });
  const table = await readTable(ledger, loadSession, () => session.count());
  const { lies, curiosities } = audit(ledger, table);
  report(`${title}, seed ${SEED}`);
  for (const line of ledger.summary()) report(line);
  report(`rows: ${table.count}; ${formatCounts({ ...curiosities })}`);
  expect(lies, `with SEED=${SEED}`).toEqual([]);
  // Or nothing was proved. (That some have failed is not needed: what a fault stops may succeed all the same.)
  const succeeded = ledger.operations.filter(({ outcome }) => outcome === "acknowledged").map(({ kind }) => kind);
  const needed = scale({ test: ["create", "save"], prove: ["create", "load", "save", "cycleKey", "flush"] });
  expect(succeeded).toEqual(expect.arrayContaining(needed));
}
