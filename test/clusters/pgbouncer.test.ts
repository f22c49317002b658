import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { prismaStore } from "prisma-db-session";
import { expect, it, onTestFinished } from "vitest";
import { postgresql } from "../databases/postgresql.ts";
import { clientWith, impatientAdapters } from "../guarantees/impatient-client.ts";
import type { Ledger } from "../guarantees/ledger.ts";
import { proveUnderLoad } from "../guarantees/prove-under-load.ts";
import { report, scale } from "../guarantees/scale.ts";
import { SEED, seededRandom } from "../guarantees/seeded-random.ts";
import { skippedBecause } from "../skipped.ts";
import { findPgbouncer, startPgbouncer } from "./pgbouncer.ts";

/** Between two kills of pgbouncer, and after the last. */
const MIN_WRITES = scale({ test: 50, prove: 1700 });
const KILLS = scale({ test: 1, prove: 2 });
const MAX_WAIT_MS = 50;
const POLL_MS = 20;

/** The same name for the same text, in every process: else a name could mean another client's statement. */
const named = { statementNameGenerator: ({ sql }: { sql: string }) => createHash("sha1").update(sql).digest("hex") };

const cases = [
  { title: "without prepared statements", tracksStatements: false, settings: [], options: {}, works: true },
  {
    title: "with prepared statements that it tracks",
    tracksStatements: true,
    settings: ["max_prepared_statements = 200"],
    options: named,
    works: true,
  },
  {
    title: "with prepared statements that it does not track",
    tracksStatements: false,
    // Newer versions track 200 by default. Versions before 1.21 refuse the setting, and track none.
    settings: ["max_prepared_statements = 0"],
    options: named,
    works: false,
  },
];

for (const { title, tracksStatements, settings, options, works } of cases) {
  const found = await findPgbouncer({ tracksStatements }).catch((error: Error) => error);
  const skipReason = postgresql.skipReason ?? (found instanceof Error ? found.message : undefined);

  it.skipIf(skipReason)(
    `Behind pgbouncer in transaction mode ${title} nothing is lost, repeated or brought back${skippedBecause(skipReason)}`,
    async () => {
      const { url, prisma, drop } = await postgresql.create();
      onTestFinished(drop);
      const pgbouncer = await startPgbouncer(String(found), url, settings);
      onTestFinished(pgbouncer.stop);
      const client = await clientWith("postgresql", impatientAdapters.postgresql(pgbouncer.url, options));
      const random = seededRandom(SEED);
      let failures = 0;
      await proveUnderLoad({
        title: `pgbouncer ${title}, killed ${KILLS} times`,
        provider: "postgresql",
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
        async afterwards() {
          // What pgbouncer had given to the server when it was killed.
          while ((await prisma.$queryRawUnsafe<unknown[]>(OTHERS)).length > 0) await wait(POLL_MS);
          return prisma;
        },
      });
      report(`${failures} operations failed before the first kill`);
      if (works) expect(failures).toBe(0);
      else expect(failures).toBeGreaterThan(0);
    },
  );
}

/** The statements of others that are running, or that have not been answered. */
const OTHERS =
  "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";

const failed = ({ operations }: Ledger) => operations.filter(({ outcome }) => outcome === "failed").length;
