import { setTimeout as wait } from "node:timers/promises";
import { createSessions } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { adapters } from "../databases/adapters.ts";
import { connectClient } from "../databases/client.ts";
import { migration, runSql, withDatabase } from "../databases/sql.ts";
import { impatientClient, impatientStore } from "../guarantees/impatient-client.ts";
import { proveUnderLoad } from "../guarantees/prove-under-load.ts";
import { report } from "../guarantees/scale.ts";
import { SEED, seededRandom } from "../guarantees/seeded-random.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET } from "../support.ts";
import { openBrowser } from "./browser.ts";
import { findGalera, type GaleraNode, startGalera } from "./galera.ts";

const NODES = 3;
/** Before the first kill, while a node is away, and after it is back. */
const MIN_WRITES = 1200;
const KILLED = [1, 0];
const SIGN_INS = 500;
const MAX_SIGN_INS = 10_000;
const MAX_WAIT_MS = 50;
const TOO_SLOW = "Three nodes take half a minute to start. `npm run prove -- test/clusters` runs them";

const skipReason = inject("proving")
  ? await findGalera().then(
      () => undefined,
      ({ message }: Error) => message,
    )
  : TOO_SLOW;

describe.skipIf(skipReason)(`On a Galera cluster of three nodes${skippedBecause(skipReason)}`, () => {
  let nodes: readonly GaleraNode[] = [];
  let stop = async () => {};
  const urls = () => nodes.map(({ url }) => withDatabase(url, "sessions"));

  beforeAll(async () => {
    ({ nodes, stop } = await startGalera(NODES, ["--wsrep-sync-wait=7"]));
    const [first] = nodes as [GaleraNode];
    await runSql(adapters.mysql(first.url), ["CREATE DATABASE sessions COLLATE utf8mb4_unicode_ci"]);
    await runSql(adapters.mysql(withDatabase(first.url, "sessions")), await migration("mysql"));
  });
  afterAll(() => stop());

  /** A client of each node. */
  async function connectAll() {
    const clients = await Promise.all(urls().map((url) => connectClient("mysql", url)));
    onTestFinished(async () => {
      await Promise.all(clients.map((client) => client.$disconnect()));
    });
    return clients;
  }

  it("nothing is lost, repeated or brought back where all of them are written to, and one is killed and comes back", async () => {
    const random = seededRandom(SEED);
    await proveUnderLoad({
      title: `Galera, ${KILLED.length} times a node killed and brought back`,
      provider: "mysql",
      clients: await Promise.all(urls().map((url) => impatientStore({ prisma: 7, provider: "mysql" }, url))),
      async faults(ledger) {
        for (const index of KILLED) {
          await ledger.acknowledgesWrites(MIN_WRITES);
          await wait(random.below(MAX_WAIT_MS));
          await nodes[index]?.kill();
          await ledger.acknowledgesWrites(MIN_WRITES);
          await nodes[index]?.rejoin();
        }
        await ledger.acknowledgesWrites(MIN_WRITES);
      },
      async afterwards() {
        const client = await impatientClient("mysql", urls()[0] ?? "");
        onTestFinished(() => client.$disconnect());
        return client;
      },
    });
    const clients = await connectAll();
    const tables = await Promise.all(clients.map(({ session }) => session.findMany({ orderBy: { key: "asc" } })));
    for (const table of tables) expect(table, "all nodes hold the same").toEqual(tables[0]);
  });

  it("with wsrep_sync_wait a session is found on every node at once", async () => {
    const [first, ...others] = (await connectAll()).map(({ session }) =>
      createSessions({ model: session, secret: SECRET }),
    );
    const missing: number[] = [];
    for (let userId = 0; userId < SIGN_INS; userId++) {
      const session = first?.open();
      await session?.markAuthenticated({ userId });
      const found = await Promise.all(others.map(({ load }) => load(session?.sessionKey)));
      if (found.some((one) => one.get("userId") !== userId)) missing.push(userId);
    }
    expect(missing).toEqual([]);
  });

  it("without wsrep_sync_wait a sign-in is not lost for the browser", async () => {
    for (const { url } of nodes) await runSql(adapters.mysql(url), ["SET GLOBAL wsrep_sync_wait = 0"]);
    const [first, ...others] = (await connectAll()).map(({ session }) =>
      createWebSessions<{ userId: number; cart: string }>({ model: session, secret: SECRET }),
    );
    if (!first) throw new Error("There is no node.");
    let misses = 0;
    let visits = 0;
    // On a quiet machine the nodes are seldom behind.
    for (let userId = 0; userId < SIGN_INS || (misses === 0 && userId < MAX_SIGN_INS); userId++) {
      const browser = openBrowser();
      await browser.signIn(first, userId);
      const { cookie } = browser;
      for (const other of others) {
        while ((await browser.visit(other)) !== userId) misses += 1;
        visits += 1;
        expect(browser.cookie).toBe(cookie);
      }
    }
    report(`without wsrep_sync_wait: ${misses} visits found no session yet, before ${visits} found it`);
    expect(misses, "or nothing was proved").toBeGreaterThan(0);
  });
});
