import { createSessions, type DbSession, type SessionsOptions } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import type { OwnedTestClient } from "../databases/types.ts";
import { SECRET, type ShopData, testClock } from "../support.ts";

type Model = OwnedTestClient["session"];
type Session = DbSession<ShopData>;

const MAX = 3;
const OWNER = 7;

const signIn = (session: Session) => {
  session.set("userId", OWNER);
  return session.markAuthenticated();
};

/** What the option `columns` costs: nothing. They are written with the rest. */
const WRITES: { name: string; run: (session: Session) => Promise<unknown>; statement: RegExp }[] = [
  {
    name: "save of a change",
    run: (session) => {
      session.set("userId", 8);
      return session.save();
    },
    statement: /^UPDATE .*user_id/,
  },
  { name: "save without a change", run: (session) => session.save(), statement: /^UPDATE .*user_id/ },
  { name: "cycleKey", run: (session) => session.cycleKey(), statement: /^UPDATE .*user_id/ },
  { name: "sign-in", run: signIn, statement: /^UPDATE .*user_id/ },
  { name: "create", run: (session) => session.create(), statement: /^INSERT .*user_id/ },
];

/** What a session does that its owner has already, or that has none: no reason to count anybody's. */
const NOTHING_NEW: { name: string; run: (session: Session) => Promise<unknown> }[] = [
  {
    name: "save of a change",
    run: (session) => {
      session.set("note", 1);
      return session.save();
    },
  },
  { name: "save without a change", run: (session) => session.save() },
  { name: "cycleKey", run: (session) => session.cycleKey() },
  { name: "markAuthenticated", run: (session) => session.markAuthenticated() },
  { name: "refresh that is due", run: (session) => session.refresh() },
  {
    name: "sign-out by clear()",
    run: (session) => {
      session.clear();
      return session.save();
    },
  },
];

describeEachOwnedDatabase("Statements with an owner", (db) => {
  function shop(options: Partial<SessionsOptions<ShopData, Model>> = {}) {
    const clock = testClock();
    const sessions = createSessions<ShopData, Model>({
      store: db().store(),
      secret: SECRET,
      now: clock.now,
      refreshAfter: 60,
      columns: ({ userId = null }) => ({ userId, address: null, userAgent: null }),
      ...options,
    });
    /** A session as a later request has it. */
    const saved = async (fill: (session: Session) => unknown = () => {}) => {
      const session = sessions.open();
      await fill(session);
      await session.save();
      clock.advance(3600);
      const loaded = await sessions.load(session.sessionKey);
      db().queries.length = 0;
      return loaded;
    };
    const signedIn = async (count: number) => {
      const made: Session[] = [];
      while (made.length < count) made.push(await saved((session) => session.set("userId", OWNER)));
      db().queries.length = 0;
      return made;
    };
    return { sessions, saved, signedIn };
  }

  function expectStatements(...statements: readonly RegExp[]) {
    expect(db().queries).toEqual(statements.map((statement) => expect.stringMatching(statement)));
  }

  it.each(WRITES)("columns: $name is one statement, and reads nothing back", async ({ run, statement }) => {
    const { saved } = shop();
    await run(await saved((session) => session.set("userId", OWNER)));
    expectStatements(statement);
    expect(db().queries[0]).not.toMatch(/RETURNING/i);
  });

  it("columns: save of a new session is one INSERT", async () => {
    const { sessions } = shop();
    await sessions.open().save();
    expectStatements(/^INSERT .*user_id/);
  });

  it("columns: refresh writes the expiry alone", async () => {
    const { saved } = shop();
    const session = await saved((each) => each.set("userId", OWNER));
    expect(await session.refresh()).toBe(true);
    expectStatements(/^UPDATE.* SET [^,]*expire_date[^,]* WHERE /);
  });

  it.each(NOTHING_NEW)("maxPerOwner: $name of one who is signed in already is one UPDATE", async ({ run }) => {
    const { saved, signedIn } = shop({ maxPerOwner: { column: "userId", max: MAX } });
    await signedIn(MAX - 1);
    await run(await saved(signIn));
    expectStatements(/^UPDATE/);
  });

  it("maxPerOwner: a session without an owner counts nobody's", async () => {
    const { sessions } = shop({ maxPerOwner: { column: "userId", max: 1 } });
    const session = sessions.open();
    await session.save();
    await session.cycleKey();
    await session.create();
    expectStatements(/^INSERT/, /^UPDATE/, /^INSERT/);
  });

  it("maxPerOwner: a sign-in adds one SELECT, and one DELETE only where there are too many", async () => {
    const { saved, signedIn } = shop({ maxPerOwner: { column: "userId", max: MAX } });
    await signedIn(MAX - 1);
    await signIn(await saved());
    expectStatements(/^UPDATE/, /^SELECT/);
    await signIn(await saved());
    expectStatements(/^UPDATE/, /^SELECT/, /^DELETE/);
    expect(await db().prisma.session.count()).toBe(MAX);
  });

  it("maxPerOwner, set later: however many are too many, one DELETE ends them", async () => {
    await shop().signedIn(MAX + 4);
    const { sessions } = shop({ maxPerOwner: { column: "userId", max: MAX } });
    await signIn(sessions.open());
    expectStatements(/^INSERT/, /^SELECT/, /^DELETE/);
    expect(await db().prisma.session.count()).toBe(MAX);
  });

  it("maxPerOwner: a new row of one who is signed in already is counted like a sign-in", async () => {
    const { saved } = shop({ maxPerOwner: { column: "userId", max: MAX } });
    const session = await saved(signIn);
    await session.create();
    expectStatements(/^INSERT/, /^SELECT/);
  });

  it("list is one SELECT, which reads no data, however many there are", async () => {
    const { sessions, signedIn } = shop();
    await signedIn(5);
    expect(await sessions.list({ userId: OWNER })).toHaveLength(5);
    expectStatements(/^SELECT/);
    expect(db().queries[0]).not.toMatch(/\bdata\b|\*/);
  });

  it("revoke is one SELECT, which reads no data, and one DELETE; where there is nothing to end, the SELECT alone", async () => {
    const { sessions, signedIn } = shop();
    const [here = null] = await signedIn(5);
    expect(await sessions.revoke({ userId: OWNER }, { except: here })).toBe(4);
    expectStatements(/^SELECT/, /^DELETE/);
    expect(db().queries[0]).not.toMatch(/\bdata\b|\*/);
    db().queries.length = 0;
    expect(await sessions.revoke({ userId: OWNER }, { except: here })).toBe(0);
    expectStatements(/^SELECT/);
  });

  it("revoke of one device is one SELECT and one DELETE", async () => {
    const { sessions, signedIn } = shop();
    const [, device] = await signedIn(3);
    expect(await sessions.revoke({ userId: OWNER }, { keyHash: device?.keyHash ?? "" })).toBe(1);
    expectStatements(/^SELECT/, /^DELETE/);
    db().queries.length = 0;
    expect(await sessions.revoke({ userId: OWNER }, { keyHash: device?.keyHash ?? "" })).toBe(0);
    expectStatements(/^SELECT/);
  });

  it("revoke of many is one SELECT and one DELETE for each hundred, and looks again after a full one", async () => {
    const { sessions } = shop();
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ key: `row ${i}`, data: "", expireDate: new Date(i), userId: OWNER }));
    await db().prisma.session.createMany({ data: rows(250) });
    db().queries.length = 0;
    expect(await sessions.revoke({ userId: OWNER })).toBe(250);
    expectStatements(/^SELECT/, /^DELETE/, /^SELECT/, /^DELETE/, /^SELECT/, /^DELETE/);
    await db().prisma.session.createMany({ data: rows(100) });
    db().queries.length = 0;
    expect(await sessions.revoke({ userId: OWNER })).toBe(100);
    expectStatements(/^SELECT/, /^DELETE/, /^SELECT/);
  });
});
