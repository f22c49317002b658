import { createSessions, type SessionStore } from "prisma-db-session";
import { expect } from "vitest";
import type { Provider, TestClient } from "../databases/types.ts";
import { SECRET } from "../support.ts";
import { type Audit, type AuditOptions, audit } from "./audit.ts";
import { countErrors, formatCounts, Ledger, readTable } from "./ledger.ts";
import { runLoad } from "./load.ts";
import { report, scale } from "./scale.ts";
import { SEED, seededRandom } from "./seeded-random.ts";
import { statementsAreDone } from "./statements-in-flight.ts";
import { expectStrictMode } from "./strict-mode.ts";
import { watchStore } from "./watched-store.ts";

interface Trial extends AuditOptions {
  readonly title: string;
  readonly provider: Provider;
  /**
   * Where the load goes, and the faults are: to one database, or to each node of a cluster. They
   * are closed afterwards.
   */
  readonly clients: readonly { readonly store: SessionStore; close(): Promise<void> }[];
  /** The faults during the load. The load ends after the last one. */
  readonly faults: (ledger: Ledger) => Promise<void>;
  /** A client that no fault meets, for the time after the last statement. */
  readonly afterwards: () => Promise<TestClient>;
}

interface Proof extends Trial {
  /** How many acknowledged writes must be verified in the table. The load goes on until then. */
  readonly minVerified?: number;
}

interface Findings extends Audit {
  readonly ledger: Ledger;
  /** How many statements threw, by their codes. The package may have retried them. */
  readonly thrown: Readonly<Record<string, number>>;
}

/** In a flush that is in flight when the load ends, a session goes that would have been verified. */
const MARGIN = 1.05;

/** As many broken promises tell what is wrong. */
const MAX_LIES = 10;

/** Puts a load on sessions while there are faults, and then holds against the table what everybody was told. */
export async function proveUnderLoad({ minVerified = 0, faults, ...trial }: Proof): Promise<Findings> {
  const findings = await tryUnderLoad({
    ...trial,
    async faults(ledger) {
      await faults(ledger);
      await ledger.canVerify(minVerified * MARGIN);
    },
  });
  const { ledger, lies, verified } = findings;
  expect(lies, `with SEED=${SEED}`).toEqual([]);
  expect(verified, "verified writes").toBeGreaterThanOrEqual(scale({ test: 0, prove: minVerified }));
  // Or nothing was proved. (That some have failed is not needed: what a fault stops may succeed all the same.)
  const succeeded = ledger.operations.filter(({ outcome }) => outcome === "acknowledged").map(({ kind }) => kind);
  const needed = scale({ test: ["create", "save"], prove: ["create", "load", "save", "cycleKey", "flush"] });
  expect(succeeded).toEqual(expect.arrayContaining(needed));
  return findings;
}

/** The same, for a test that expects broken promises. */
export async function tryUnderLoad(trial: Trial): Promise<Findings> {
  const { title, provider, clients, faults, afterwards, ...options } = trial;
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
  await statementsAreDone(past, provider);
  const { session } = past;
  const { load: loadSession } = createSessions({ model: session, secret: SECRET });
  const table = await readTable(ledger, loadSession, () => session.count());
  const { lies, curiosities, verified } = audit(ledger, table, options);
  const thrown = countErrors(watched.flatMap(({ errors }) => [...errors]));
  report(`${title}, seed ${SEED}`);
  for (const line of ledger.summary()) report(line);
  report(`statements that threw: ${formatCounts(thrown)}`);
  report(`${ledger.writes} acknowledged writes, ${verified} of them verified; ${lies.length} promises broken`);
  for (const lie of lies.slice(0, MAX_LIES)) report(`  ${lie}`);
  report(`rows: ${table.count}; ${formatCounts({ ...curiosities })}`);
  return { ledger, lies, curiosities, verified, thrown };
}
