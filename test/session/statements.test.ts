import { createSessions, type DbSession } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachDatabase } from "../databases/index.ts";
import { SECRET, type ShopData, UNKNOWN_KEY } from "../support.ts";

/** What each operation sends, by Prisma 7's own query log, and over Prisma 8's wire. The same on every database: Prisma adds nothing to these forms of call. */
const OPERATIONS: { name: string; statements: RegExp[]; run: (session: DbSession<ShopData>) => Promise<unknown> }[] = [
  { name: "load", statements: [/^SELECT/], run: (session) => session.load() },
  { name: "exists", statements: [/^SELECT/], run: (session) => session.exists(String(session.sessionKey)) },
  { name: "flush", statements: [/^DELETE/], run: (session) => session.flush() },
  { name: "destroy", statements: [/^DELETE/], run: (session) => session.destroy() },
  { name: "clear before loading, and save", statements: [/^SELECT/, /^UPDATE/], run: (session) => cleared(session) },
  { name: "create", statements: [/^INSERT/], run: (session) => session.create() },
];

const changed = (session: DbSession<ShopData>) => {
  session.set("userId", 8);
  return session.save();
};
const cleared = (session: DbSession<ShopData>) => {
  session.clear();
  return session.save();
};

const LOADED_OPERATIONS: typeof OPERATIONS = [
  { name: "save of a change", statements: [/^UPDATE/], run: changed },
  { name: "save without a change", statements: [/^UPDATE/], run: (session) => session.save() },
  { name: "save after clear", statements: [/^UPDATE/], run: cleared },
  { name: "cycleKey", statements: [/^UPDATE/], run: (session) => session.cycleKey() },
  { name: "refresh that is due", statements: [/^UPDATE/], run: (session) => session.refresh() },
];

describeEachDatabase("Statements", (db, { prisma }) => {
  async function saved() {
    let time = Date.now();
    const sessions = createSessions<ShopData>({
      store: db().store(),
      secret: SECRET,
      refreshAfter: 60,
      now: () => new Date(time),
    });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    time += 3_600_000;
    db().queries.length = 0;
    return { sessions, key: session.sessionKey as string };
  }

  function expectStatements(statements: readonly RegExp[]) {
    expect(db().queries).toEqual(statements.map((statement) => expect.stringMatching(statement)));
  }

  it.each(OPERATIONS)("$name sends no more than it must", async ({ run, statements }) => {
    const { sessions, key } = await saved();
    await run(sessions.open(key));
    expectStatements(statements);
  });

  it.each(LOADED_OPERATIONS)("$name is one statement", async ({ run, statements }) => {
    const { sessions, key } = await saved();
    const session = await sessions.load(key);
    db().queries.length = 0;
    await run(session);
    expectStatements(statements);
  });

  it("save of a new session is one INSERT", async () => {
    const { sessions } = await saved();
    await sessions.open().save();
    expectStatements([/^INSERT/]);
  });

  it("create with a key that is taken looks whose row that is (Prisma 7 logs no statement that fails)", async () => {
    const { key } = await saved();
    const keys = [key, UNKNOWN_KEY];
    const sessions = createSessions({
      store: db().store(),
      secret: SECRET,
      randomKey: () => keys.shift() as string,
    });
    await sessions.open().create();
    // ON CONFLICT DO NOTHING, which the store for Prisma 8 sends, does not fail.
    expectStatements([...(prisma === 7 ? [] : [/^INSERT/]), /^SELECT/, /^INSERT/]);
    expect(keys).toEqual([]);
  });

  it("an anonymous request sends nothing", async () => {
    const { sessions } = await saved();
    const session = await sessions.load(undefined);
    session.get("userId");
    await session.flush();
    await session.destroy();
    expectStatements([]);
  });

  it.each([
    "short",
    "UPPERCASE0",
    "x".repeat(10_000_000),
    "' OR 1=1 --",
    "\u0000".repeat(20),
    `sha256.${"0".repeat(64)}`,
  ])("a cookie that is no possible key sends nothing", async (cookie) => {
    const { sessions } = await saved();
    const session = await sessions.load(cookie);
    await session.exists(cookie);
    await session.destroy(cookie);
    expectStatements([]);
  });

  it("an unknown key is one SELECT, and makes no row", async () => {
    const { sessions } = await saved();
    await sessions.load(UNKNOWN_KEY);
    expectStatements([/^SELECT/]);
    expect(await db().prisma.session.count()).toBe(1);
  });

  it("load asks for no column of the user's own, and save gets none back", async () => {
    const { sessions, key } = await saved();
    const session = await sessions.load(key);
    session.set("userId", 8);
    await session.save();
    await session.create();
    for (const query of db().queries) expect(query).not.toMatch(/\*|RETURNING/i);
  });

  it("32 loads at once are one statement with Prisma 7, which batches them", async () => {
    const { sessions } = await saved();
    const keys = await Promise.all(
      Array.from({ length: 32 }, async (_, i) => {
        const session = sessions.open();
        session.set("userId", i);
        await session.save();
        return session.sessionKey;
      }),
    );
    db().queries.length = 0;
    const loaded = await Promise.all(keys.map((key) => sessions.load(key)));
    expect(loaded.map((session) => session.get("userId"))).toEqual(keys.map((_, i) => i));
    expectStatements(prisma === 7 ? [/^SELECT.* IN \(/] : keys.map(() => /^SELECT/));
  });

  it("clearExpired is one SELECT and one DELETE a batch, and some SELECTs at the end", async () => {
    const { sessions } = await saved();
    for (const [second, key] of ["a", "b", "c"].entries())
      await db()
        .store()
        .insert({ key, data: "", expireDate: new Date(second * 1000) });
    db().queries.length = 0;
    expect(await sessions.clearExpired({ batchSize: 2 })).toBe(3);
    const [interval, lastKeys, nothing] = [
      [/^SELECT .*OFFSET/, /^DELETE (?!.*IN \()/],
      [/^SELECT .*OFFSET/, /^SELECT/, /^DELETE .*IN \(/],
      [/^SELECT .*OFFSET/, /^SELECT/],
    ] as const;
    expectStatements([...interval, ...lastKeys, ...nothing]);
    expect(await db().prisma.session.count()).toBe(1);
  });
});
