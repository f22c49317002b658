import { setTimeout as wait } from "node:timers/promises";
import { inject, it, onTestFinished } from "vitest";
import { startEmbeddedPostgres } from "../databases/embedded-postgres.ts";
import { findMariadbd, startOwnMariadb } from "../databases/mariadb-server.ts";
import { migration, runSql, withDatabase } from "../databases/sql.ts";
import { skippedBecause } from "../skipped.ts";
import { impatientAdapters, impatientClient, impatientStore } from "./impatient-client.ts";
import { proveUnderLoad } from "./prove-under-load.ts";
import { scale } from "./scale.ts";
import { SEED, seededRandom } from "./seeded-random.ts";

const KILLS = scale({ test: 1, prove: 5 });
const MIN_OPERATIONS = scale({ test: 100, prove: 1000 });
/** Servers take their time to be made, and on a busy machine a good deal of it. */
const TIMEOUT_MS = 60_000 * (1 + KILLS);
const MAX_WAIT_MS = 50;

// What a process has given to the kernel survives its death, so nothing here has to be forced to the disk, which is slow. But it must be given
// to the kernel before it is acknowledged, and what a write left half done must be found again.
const POSTGRES = ["fsync=off", "synchronous_commit=on", "full_page_writes=on"].flatMap((setting) => ["-c", setting]);
const MARIADB = ["--innodb-flush-log-at-trx-commit=2", "--innodb-doublewrite=1"];

const binaries = inject("postgresBinaries");

const servers = [
  {
    name: "PostgreSQL",
    provider: "postgresql",
    skipReason: "skipReason" in binaries ? binaries.skipReason : undefined,
    start: async () => startEmbeddedPostgres("folder" in binaries ? binaries.folder : "", POSTGRES),
  },
  {
    name: "MariaDB",
    provider: "mysql",
    skipReason: await reasonToSkip(findMariadbd),
    start: () => startOwnMariadb(MARIADB),
  },
] as const;

for (const { name, provider, skipReason, start } of servers) {
  it.skipIf(skipReason)(
    `Of a server that is killed nothing is lost, halved, repeated or brought back: ${name}${skippedBecause(skipReason)}`,
    async () => {
      const { url, kill, restart, stop } = await start();
      onTestFinished(stop);
      const database = withDatabase(url, "sessions");
      const adapter = impatientAdapters[provider];
      await runSql(adapter(url), ["CREATE DATABASE sessions"]);
      await runSql(adapter(database), await migration(provider));
      const random = seededRandom(SEED);
      await proveUnderLoad({
        title: `${name}, killed ${KILLS} times`,
        provider,
        clients: [await impatientStore({ prisma: 7, provider }, database)],
        async faults(ledger) {
          for (let kills = 0; kills < KILLS; kills++) {
            await ledger.acknowledges(MIN_OPERATIONS);
            await wait(random.below(MAX_WAIT_MS));
            await kill();
            await restart();
          }
          await ledger.acknowledges(MIN_OPERATIONS);
        },
        async afterwards() {
          const client = await impatientClient(provider, database);
          onTestFinished(() => client.$disconnect());
          return client;
        },
      });
    },
    TIMEOUT_MS,
  );
}

/** As for the other databases: where containers are required, all are. */
async function reasonToSkip(find: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await find();
    return undefined;
  } catch (error) {
    if (process.env.REQUIRE_CONTAINERS === "1") throw error;
    return error instanceof Error ? error.message.replace(/\s+/g, " ") : String(error);
  }
}
