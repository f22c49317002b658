import { setTimeout as wait } from "node:timers/promises";
import { expect, inject, it, onTestFinished } from "vitest";
import { migration, runSql, withDatabase } from "../databases/sql.ts";
import { impatientAdapters, impatientClient, impatientStore } from "../guarantees/impatient-client.ts";
import { proveUnderLoad } from "../guarantees/prove-under-load.ts";
import { report, scale } from "../guarantees/scale.ts";
import { SEED, seededRandom } from "../guarantees/seeded-random.ts";
import { skippedBecause } from "../skipped.ts";
import { promoteOne, startNodes, until } from "./postgres-nodes.ts";
import { startSwitch } from "./switch.ts";

const STANDBYS = scale({ test: 1, prove: 2 });
/** Before the first promotion, between two and after the last. */
const MIN_WRITES = scale({ test: 50, prove: 2000 });
const MAX_WAIT_MS = 50;
/**
 * From the primary to its standbys, and back. A standby for which no commit waits misses the last
 * of them.
 */
const LINK_MS = 10;

/**
 * `on`: a commit waits until the standbys have it on their disks. That is enough, because a standby
 * applies all that it has before it takes writes. Reading from a standby needs `remote_apply`: see
 * lagging-replica.test.ts.
 */
const SYNCHRONOUS = ["synchronous_commit=on", `synchronous_standby_names=${STANDBYS} (*)`];
const BASE = ["fsync=off", "full_page_writes=on", "wal_keep_size=1GB", "wal_retrieve_retry_interval=100ms"];
const flags = (settings: readonly string[]) => settings.flatMap((setting) => ["-c", setting]);

const binaries = inject("postgresBinaries");
const skipReason = "skipReason" in binaries ? binaries.skipReason : undefined;

it.skipIf(skipReason)(
  `Where a standby takes over from a killed primary nothing is lost, repeated or brought back${skippedBecause(skipReason)}`,
  async () => {
    const address = await startSwitch();
    onTestFinished(address.stop);
    const link = await startSwitch({ delayMs: LINK_MS });
    onTestFinished(link.stop);
    const switchTo = (port: number) => {
      address.to(port);
      link.to(port);
    };
    const { nodes, stop } = await startNodes("folder" in binaries ? binaries.folder : "", {
      standbys: STANDBYS,
      primaryPort: link.port,
      flags: flags(BASE),
      primaryFlags: flags(SYNCHRONOUS),
      onPrimary: ({ port }) => switchTo(port),
    });
    onTestFinished(stop);
    const [first, ...standbys] = nodes;
    if (!first) throw new Error("There is no primary.");
    const url = Object.assign(new URL(withDatabase(first.url, "sessions")), { port: `${address.port}` }).href;
    await until(first, `SELECT count(*) = ${STANDBYS} FROM pg_stat_replication WHERE sync_state = 'sync'`);
    await first.ask("CREATE DATABASE sessions");
    await runSql(impatientAdapters.postgresql(url), await migration("postgresql"));

    const random = seededRandom(SEED);
    const pauses: number[] = [];
    await proveUnderLoad({
      title: `PostgreSQL, ${STANDBYS} times a standby promoted`,
      provider: "postgresql",
      clients: [await impatientStore({ prisma: 7, provider: "postgresql" }, url)],
      async faults(ledger) {
        let primary = first;
        let left = standbys;
        while (left.length > 0) {
          await ledger.acknowledgesWrites(MIN_WRITES);
          await wait(random.below(MAX_WAIT_MS));
          const killed = performance.now();
          await primary.kill();
          address.off();
          link.off();
          primary = await promoteOne(left);
          switchTo(primary.port);
          left = left.filter((node) => node !== primary);
          await ledger.acknowledgesWrites(1);
          pauses.push(performance.now() - killed);
        }
        await ledger.acknowledgesWrites(MIN_WRITES);
        const timeline = await primary.ask("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)::int");
        expect(timeline).toBe(1 + STANDBYS);
      },
      async afterwards() {
        const client = await impatientClient("postgresql", url);
        onTestFinished(() => client.$disconnect());
        return client;
      },
    });
    report(`from the kill to the next acknowledged write: ${pauses.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
  },
);
