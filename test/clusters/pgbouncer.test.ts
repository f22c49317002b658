import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { createSessions, prismaStore } from "prisma-db-session";
import { expect, it, onTestFinished } from "vitest";
import { postgresql } from "../databases/postgresql.ts";
import { clientWith, impatientAdapters } from "../guarantees/impatient-client.ts";
import { formatCounts, type Ledger } from "../guarantees/ledger.ts";
import { proveUnderLoad } from "../guarantees/prove-under-load.ts";
import { report, scale } from "../guarantees/scale.ts";
import { SEED, seededRandom } from "../guarantees/seeded-random.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET } from "../support.ts";
import { findPgbouncer, startPgbouncer } from "./pgbouncer.ts";

/** Between two kills of pgbouncer, and after the last. */
const MIN_WRITES = scale({ test: 50, prove: 2600 });
const MIN_VERIFIED = scale({ test: 50, prove: 5000 });
const KILLS = scale({ test: 1, prove: 2 });
const VISITORS = 8;
const CREATIONS = 10;
const MAX_CREATIONS = 500;
const MAX_WAIT_MS = 50;

/**
 * The same name for the same text, in every process: else a name could mean another client's
 * statement.
 */
const named = { statementNameGenerator: ({ sql }: { sql: string }) => createHash("sha1").update(sql).digest("hex") };

const cases = [
  { title: "without prepared statements", tracksStatements: false, settings: [], options: {} },
  {
    title: "with prepared statements that it tracks",
    tracksStatements: true,
    settings: ["max_prepared_statements = 200"],
    options: named,
  },
];

for (const { title, tracksStatements, settings, options } of cases) {
  const { program, skipReason } = await programOrReason({ tracksStatements });

  it.skipIf(skipReason)(
    `Behind pgbouncer in transaction mode ${title} nothing is lost, repeated or brought back${skippedBecause(skipReason)}`,
    async () => {
      const { prisma, pgbouncer, client } = await behind(program, settings, options);
      const random = seededRandom(SEED);
      let failures = 0;
      await proveUnderLoad({
        title: `pgbouncer ${title}, killed ${KILLS} times`,
        provider: "postgresql",
        minVerified: MIN_VERIFIED,
        clients: [{ store: prismaStore(client.session), close: () => client.$disconnect() }],
        async faults(ledger) {
          await ledger.acknowledgesWrites(MIN_WRITES);
          failures = failed(ledger);
          for (let kills = 0; kills < KILLS; kills++) {
            await wait(random.below(MAX_WAIT_MS));
            await pgbouncer.kill();
            await pgbouncer.restart();
            await ledger.acknowledgesWrites(MIN_WRITES);
          }
        },
        afterwards: async () => prisma,
      });
      expect(failures, "before the first kill").toBe(0);
    },
  );
}

const any = await programOrReason({ tracksStatements: false });

it.skipIf(any.skipReason)(
  `Behind pgbouncer with prepared statements that it does not track, saves throw, and those that do not are kept${skippedBecause(any.skipReason)}`,
  async () => {
    // Newer versions track 200 by default. Versions before 1.21 track none, and do not know the
    // setting.
    const canTrack = (await findPgbouncer({ tracksStatements: true }).catch(() => undefined)) === any.program;
    const { prisma, client } = await behind(any.program, canTrack ? ["max_prepared_statements = 0"] : [], named);
    onTestFinished(() => client.$disconnect());
    const sessions = createSessions({ model: client.session, secret: SECRET });
    const created: (string | null)[] = [];
    const codes = new Map<unknown, number>();
    const visitor = async () => {
      for (let i = 0; i < CREATIONS || (codes.size === 0 && i < MAX_CREATIONS); i++) {
        const session = sessions.open();
        const work = session.create().then(() => created.push(session.sessionKey));
        await work.catch((error) => codes.set(sqlStateOf(error), 1 + (codes.get(sqlStateOf(error)) ?? 0)));
      }
    };
    await Promise.all(Array.from({ length: VISITORS }, visitor));
    const failures = formatCounts(Object.fromEntries(codes));
    report(`untracked prepared statements: ${created.length} sessions created, failures: ${failures}`);
    // The statement is there already, or is not there yet.
    expect([...codes.keys()].filter((code) => code !== "42P05" && code !== "26000")).toEqual([]);
    expect(codes.size).toBeGreaterThan(0);
    const kept = createSessions({ model: prisma.session, secret: SECRET });
    for (const key of created) expect(await kept.open().exists(String(key))).toBe(true);
  },
);

async function programOrReason(needs: { readonly tracksStatements: boolean }) {
  const found = await findPgbouncer(needs).catch((error: Error) => error);
  const program = found instanceof Error ? "" : found;
  return { program, skipReason: postgresql.skipReason ?? (found instanceof Error ? found.message : undefined) };
}

/** A database behind pgbouncer, and a client of each. */
async function behind(program: string, settings: readonly string[], options: object) {
  const { url, prisma, drop } = await postgresql.create();
  onTestFinished(drop);
  const pgbouncer = await startPgbouncer(program, url, settings);
  onTestFinished(pgbouncer.stop);
  const client = await clientWith("postgresql", impatientAdapters.postgresql(pgbouncer.url, options));
  return { prisma, pgbouncer, client };
}

const sqlStateOf = (error: { meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } }) =>
  error.meta?.driverAdapterError?.cause?.originalCode ?? error;

const failed = ({ operations }: Ledger) => operations.filter(({ outcome }) => outcome === "failed").length;
