import { readReplicas } from "@prisma/extension-read-replicas";
import { createSessions, prismaStore } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { connectClient } from "../databases/client.ts";
import { migration, runSql, withDatabase } from "../databases/sql.ts";
import { impatientAdapters, impatientClient } from "../guarantees/impatient-client.ts";
import { proveUnderLoad, tryUnderLoad } from "../guarantees/prove-under-load.ts";
import { report, scale } from "../guarantees/scale.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET } from "../support.ts";
import { openBrowser } from "./browser.ts";
import { type Node, startNodes, until } from "./postgres-nodes.ts";

const MIN_VERIFIED = scale({ test: 50, prove: 5000 });
/** Enough to see promises broken. */
const SOME_WRITES = 100;
const SIGN_INS = scale({ test: 20, prove: 500 });
const BEHIND = "recovery_min_apply_delay = '300ms'";
const BASE = ["fsync=off", "wal_retrieve_retry_interval=100ms"];
const flags = (settings: readonly string[]) => settings.flatMap((setting) => ["-c", setting]);

const binaries = inject("postgresBinaries");
const skipReason = "skipReason" in binaries ? binaries.skipReason : undefined;

describe.skipIf(skipReason)(`With a read replica${skippedBecause(skipReason)}`, () => {
  let nodes: readonly Node[] = [];
  let stop = async () => {};
  const [primary, replica] = [() => nodes[0] as Node, () => nodes[1] as Node];
  const database = (node: Node) => withDatabase(node.url, "sessions");

  beforeAll(async () => {
    ({ nodes, stop } = await startNodes("folder" in binaries ? binaries.folder : "", {
      standbys: 1,
      flags: flags(BASE),
    }));
    await primary().ask("CREATE DATABASE sessions");
    await runSql(impatientAdapters.postgresql(database(primary())), await migration("postgresql"));
    await caughtUp();
  });
  afterAll(() => stop());

  const caughtUp = async () =>
    until(replica(), `SELECT pg_last_wal_replay_lsn() >= '${await primary().ask("SELECT pg_current_wal_lsn()")}'`);

  /**
   * A client that sends its readings to the replica, and everything to the primary if it is asked
   * to; and how many statements the replica has had from it.
   */
  async function routed() {
    const clients = await Promise.all(
      [primary(), replica()].map((node) => connectClient("postgresql", database(node))),
    );
    onTestFinished(async () => {
      await Promise.all(clients.map((client) => client.$disconnect()));
    });
    const [onPrimary, onReplica] = clients;
    if (!onPrimary || !onReplica) throw new Error("A client is missing.");
    let reads = 0;
    onReplica.$on("query", () => {
      reads += 1;
    });
    return { client: onPrimary.$extends(readReplicas({ replicas: [onReplica] })), readsOfReplica: () => reads };
  }

  /** A client of the primary, to compare the table with the answers. */
  async function afterwards() {
    const past = await impatientClient("postgresql", database(primary()));
    onTestFinished(() => past.$disconnect());
    return past;
  }

  async function set(node: Node, setting: string): Promise<void> {
    await node.ask(`ALTER SYSTEM SET ${setting}`);
    await node.ask("SELECT pg_reload_conf()");
  }

  it("that lags, nothing is lost, repeated or brought back with the model of $primary()", async () => {
    await set(replica(), BEHIND);
    const { client, readsOfReplica } = await routed();
    await proveUnderLoad({
      title: `PostgreSQL with a replica, ${BEHIND}, and $primary()`,
      provider: "postgresql",
      minVerified: MIN_VERIFIED,
      clients: [{ store: prismaStore(client.$primary().session), close: async () => {} }],
      faults: async () => {},
      afterwards,
    });
    expect(readsOfReplica()).toBe(0);
    await client.session.count();
    expect(readsOfReplica(), "without $primary(), the replica is asked").toBe(1);
    await set(replica(), "recovery_min_apply_delay = 0");
    await caughtUp();
  });

  it("that lags, the same load breaks promises without $primary()", async () => {
    await runSql(impatientAdapters.postgresql(database(primary())), ["DELETE FROM session"]);
    await set(replica(), BEHIND);
    const { client, readsOfReplica } = await routed();
    const { lies } = await tryUnderLoad({
      title: `PostgreSQL with a replica, ${BEHIND}, without $primary()`,
      provider: "postgresql",
      clients: [{ store: prismaStore(client.session), close: async () => {} }],
      faults: (ledger) => ledger.acknowledgesWrites(SOME_WRITES),
      afterwards,
    });
    expect(readsOfReplica()).toBeGreaterThan(0);
    expect(lies.join("\n")).toMatch(/was told that the session is over, but no operation ended it/);
    await set(replica(), "recovery_min_apply_delay = 0");
    await caughtUp();
  });

  it("that stands still, a sign-in is found with $primary(), and not lost for a browser without it", async () => {
    const { client } = await routed();
    const sound = createWebSessions<{ userId: number; cart: string }>({
      model: client.$primary().session,
      secret: SECRET,
    });
    const stale = createWebSessions<{ userId: number; cart: string }>({ model: client.session, secret: SECRET });
    await replica().ask("SELECT pg_wal_replay_pause()");
    await until(replica(), "SELECT pg_get_wal_replay_pause_state() = 'paused'");
    const browser = openBrowser();
    await browser.signIn(sound, 7);
    const { cookie } = browser;
    expect(await browser.visit(sound)).toBe(7);
    expect(await browser.visit(stale), "the replica does not have it").toBe(undefined);
    expect(browser.cookie, "nothing takes the cookie away").toBe(cookie);

    // A handler that writes without asking who it is for starts a session of its own.
    const hasty = openBrowser();
    await hasty.signIn(sound, 8);
    const before = hasty.cookie;
    await hasty.send(stale, (session) => session.set("cart", "tea"));
    expect(hasty.cookie).not.toBe(before);

    await replica().ask("SELECT pg_wal_replay_resume()");
    await caughtUp();
    expect(await browser.visit(stale)).toBe(7);
  });

  it("whose replay every commit waits for (remote_apply), a sign-in is found on the replica at once", async () => {
    await set(primary(), "synchronous_standby_names = '1 (*)'");
    await set(primary(), "synchronous_commit = remote_apply");
    await until(primary(), "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
    const { client } = await routed();
    const { open } = createSessions({ model: client.$primary().session, secret: SECRET });
    const { load } = createSessions({ model: client.session, secret: SECRET });
    let misses = 0;
    for (let userId = 0; userId < SIGN_INS; userId++) {
      const session = open();
      await session.markAuthenticated({ userId });
      if ((await load(session.sessionKey)).get("userId") !== userId) misses += 1;
    }
    report(`remote_apply: ${misses} of ${SIGN_INS} sign-ins not found on the replica`);
    expect(misses).toBe(0);
  });
});
