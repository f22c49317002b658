import { setTimeout as wait } from "node:timers/promises";
import { expect, inject, it, onTestFinished } from "vitest";
import { migration, runSql, withDatabase } from "../databases/sql.ts";
import { impatientAdapters, impatientClient, impatientStore } from "../guarantees/impatient-client.ts";
import { proveUnderLoad, tryUnderLoad } from "../guarantees/prove-under-load.ts";
import { report, scale } from "../guarantees/scale.ts";
import { SEED, seededRandom } from "../guarantees/seeded-random.ts";
import { skippedBecause } from "../skipped.ts";
import { promoteOne, startNodes, until } from "./postgres-nodes.ts";
import { startSwitch } from "./switch.ts";

const STANDBYS = scale({ test: 1, prove: 2 });
/** Before the first promotion, between two and after the last. */
const MIN_WRITES = scale({ test: 50, prove: 2600 });
const MIN_VERIFIED = scale({ test: 50, prove: 5000 });
/** What the primary acknowledges, and no standby receives. */
const UNSENT_WRITES = 50;
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
const BASE = ["fsync=on", "full_page_writes=on", "wal_keep_size=1GB", "wal_retrieve_retry_interval=100ms"];
const flags = (settings: readonly string[]) => settings.flatMap((setting) => ["-c", setting]);

const binaries = inject("postgresBinaries");
const skipReason = "skipReason" in binaries ? binaries.skipReason : undefined;

/** A primary with standbys, behind an address of their own, and the table of sessions. */
async function startCluster({ standbys, settings }: { standbys: number; settings: readonly string[] }) {
  const address = await startSwitch();
  onTestFinished(address.stop);
  const link = await startSwitch({ delayMs: LINK_MS });
  onTestFinished(link.stop);
  const switchTo = (port: number) => {
    address.to(port);
    link.to(port);
  };
  const { nodes, stop } = await startNodes("folder" in binaries ? binaries.folder : "", {
    standbys,
    primaryPort: link.port,
    flags: flags(BASE),
    primaryFlags: flags(settings),
    onPrimary: ({ port }) => switchTo(port),
  });
  onTestFinished(stop);
  const [primary, ...others] = nodes;
  if (!primary) throw new Error("There is no primary.");
  const url = Object.assign(new URL(withDatabase(primary.url, "sessions")), { port: `${address.port}` }).href;
  const state = settings.length > 0 ? "sync" : "async";
  await until(primary, `SELECT count(*) = ${standbys} FROM pg_stat_replication WHERE sync_state = '${state}'`);
  await primary.ask("CREATE DATABASE sessions");
  await runSql(impatientAdapters.postgresql(url), await migration("postgresql"));
  const load = {
    provider: "postgresql",
    clients: [await impatientStore({ prisma: 7, provider: "postgresql" }, url)],
    async afterwards() {
      const client = await impatientClient("postgresql", url);
      onTestFinished(() => client.$disconnect());
      return client;
    },
  } as const;
  const off = () => {
    address.off();
    link.off();
  };
  return { primary, standbys: others, link, off, switchTo, load };
}

it.skipIf(skipReason)(
  `Where a standby takes over from a killed primary nothing is lost, repeated or brought back${skippedBecause(skipReason)}`,
  async () => {
    const { standbys, off, switchTo, load, ...cluster } = await startCluster({
      standbys: STANDBYS,
      settings: SYNCHRONOUS,
    });
    const random = seededRandom(SEED);
    const pauses: number[] = [];
    await proveUnderLoad({
      ...load,
      title: `PostgreSQL, ${STANDBYS} times a standby promoted`,
      minVerified: MIN_VERIFIED,
      async faults(ledger) {
        let { primary } = cluster;
        let left = standbys;
        while (left.length > 0) {
          await ledger.acknowledgesWrites(MIN_WRITES);
          await wait(random.below(MAX_WAIT_MS));
          const killed = performance.now();
          await primary.kill();
          off();
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
    });
    report(`from the kill to the next acknowledged write: ${pauses.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
  },
);

it.skipIf(skipReason)(
  `Where no commit waits for the standby that takes over, the audit finds the writes that are lost${skippedBecause(skipReason)}`,
  async () => {
    const { primary, standbys, link, off, switchTo, load } = await startCluster({ standbys: 1, settings: [] });
    const { lies } = await tryUnderLoad({
      ...load,
      title: "PostgreSQL, an asynchronous standby promoted",
      async faults(ledger) {
        await ledger.acknowledgesWrites(UNSENT_WRITES);
        link.off();
        await ledger.acknowledgesWrites(UNSENT_WRITES);
        await primary.kill();
        off();
        switchTo((await promoteOne(standbys)).port);
        await ledger.acknowledgesWrites(1);
      },
    });
    expect(lies.join("\n")).toMatch(/was acknowledged and is not there|has no row, but no operation flushed it/);
  },
);
