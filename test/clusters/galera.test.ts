import { setTimeout as wait } from "node:timers/promises";
import { createSessions, prismaStore } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { adapters } from "../databases/adapters.ts";
import { migration, runSql, withDatabase } from "../databases/sql.ts";
import { clientWith, impatientAdapters } from "../guarantees/impatient-client.ts";
import { proveUnderLoad } from "../guarantees/prove-under-load.ts";
import { report } from "../guarantees/scale.ts";
import { SEED, seededRandom } from "../guarantees/seeded-random.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET } from "../support.ts";
import { openBrowser } from "./browser.ts";
import { findGalera, type GaleraNode, startGalera } from "./galera.ts";

const NODES = 3;
/** Before the first kill, while a node is away, and after it is back. */
const MIN_WRITES = 1600;
const MIN_VERIFIED = 5000;
const KILLED = [1, 0];
const SIGN_INS = 500;
const MAX_SIGN_INS = 10_000;
const MAX_WAIT_MS = 50;
/** As docs/troubleshooting.md and docs/scaling.md say it. */
const WAITING = { initSql: ["SET SESSION wsrep_sync_wait = 7"] };
const NOT_WAITING = {};
const NO_MAJORITY = 1047;
const WAITED_TOO_LONG = 1205;
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
    ({ nodes, stop } = await startGalera(NODES));
    const [first] = nodes as [GaleraNode];
    await runSql(adapters.mysql(first.url), ["CREATE DATABASE sessions COLLATE utf8mb4_unicode_ci"]);
    await runSql(adapters.mysql(withDatabase(first.url, "sessions")), await migration("mysql"));
  });
  afterAll(() => stop());

  const connect = (url: string, options: typeof WAITING | typeof NOT_WAITING) =>
    clientWith("mysql", impatientAdapters.mysql(url, options));

  /** A client of each node. */
  async function connectAll(options: typeof WAITING | typeof NOT_WAITING) {
    const clients = await Promise.all(urls().map((url) => connect(url, options)));
    onTestFinished(async () => {
      await Promise.all(clients.map((client) => client.$disconnect()));
    });
    return clients;
  }

  const webSessions = async (options: typeof WAITING | typeof NOT_WAITING) =>
    (await connectAll(options)).map(({ session }) =>
      createWebSessions<{ userId: number; cart: string }>({ model: session, secret: SECRET }),
    );

  const loads = [
    { title: "with wsrep_sync_wait", options: WAITING, readsMayBeStale: false },
    // A node may not have a new session yet, or may still have an ended one. What it acknowledges must hold.
    { title: "without wsrep_sync_wait", options: NOT_WAITING, readsMayBeStale: true },
  ];
  it.each(loads)(
    "nothing is lost, repeated or brought back where all of them are written to, and one is killed and comes back, $title",
    async ({ title, options, readsMayBeStale }) => {
      const [cleaner] = await connectAll(WAITING);
      await cleaner?.session.deleteMany();
      const random = seededRandom(SEED);
      const clients = await Promise.all(urls().map((url) => connect(url, options)));
      await proveUnderLoad({
        title: `Galera ${title}, ${KILLED.length} times a node killed and brought back`,
        provider: "mysql",
        minVerified: MIN_VERIFIED,
        readsMayBeStale,
        clients: clients.map((client) => ({ store: prismaStore(client.session), close: () => client.$disconnect() })),
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
          const client = await connect(urls()[0] ?? "", WAITING);
          onTestFinished(() => client.$disconnect());
          return client;
        },
      });
      const all = await connectAll(WAITING);
      const tables = await Promise.all(all.map(({ session }) => session.findMany({ orderBy: { key: "asc" } })));
      for (const table of tables) expect(table, "all nodes hold the same").toEqual(tables[0]);
    },
  );

  it("with wsrep_sync_wait a session is found on every node at once", async () => {
    const [first, ...others] = (await connectAll(WAITING)).map(({ session }) =>
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

  it("without wsrep_sync_wait a sign-in is not lost for a browser that only reads", async () => {
    const [first, ...others] = await webSessions(NOT_WAITING);
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

  it.each([
    // A statement that waits for the other nodes gives up (1205), before it is refused.
    { title: "with wsrep_sync_wait (1047 or 1205)", options: WAITING, refusals: [NO_MAJORITY, WAITED_TOO_LONG] },
    { title: "without wsrep_sync_wait (1047)", options: NOT_WAITING, refusals: [NO_MAJORITY] },
  ])(
    "a node without a majority refuses all statements, and signs no user out, $title",
    async ({ options, refusals }) => {
      const apps = await webSessions(options);
      const [app] = apps;
      const [left, ...others] = nodes;
      if (!app || !left) throw new Error("There is no node.");
      const browser = openBrowser();
      await browser.signIn(app, 7);
      const { cookie } = browser;
      await Promise.all(others.map((node) => node.kill()));
      // It takes a few seconds until the node notices. Until then it answers, or does not answer.
      const isRefused = (answer: unknown) => refusals.some((code) => code === answer);
      const visits: unknown[] = [];
      do visits.push(await browser.visit(app).catch(codeOf));
      while (!isRefused(visits.at(-1)));
      expect(visits, "no user is signed out").not.toContain(undefined);

      const answers = [
        await browser.visit(app).catch(codeOf),
        await browser.send(app, (session) => session.set("cart", "tea")).catch(codeOf),
        await openBrowser().signIn(app, 8).catch(codeOf),
      ];
      report(`without a majority: a visit, a write and a sign-in threw ${answers.join(", ")}`);
      expect(answers.filter((answer) => !isRefused(answer))).toEqual([]);
      expect(browser.cookie).toBe(cookie);

      await runSql(adapters.mysql(left.url), ["SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'"]);
      for (const node of others) await node.rejoin();
      for (const each of apps) expect(await browser.visit(each)).toBe(7);
    },
  );
});

/** The code of the database. An error without one is a reason to look at it. */
const codeOf = (error: Error & { meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } }) =>
  Number(error.meta?.driverAdapterError?.cause?.originalCode ?? Number.NaN) || error;
