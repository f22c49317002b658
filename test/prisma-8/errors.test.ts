// What a real PostgreSQL makes of the statements of Prisma 8's store: each error is provoked, none is recorded.
import { createSessions, type SessionStore } from "prisma-db-session";
import { prisma8Store } from "prisma-db-session/prisma-8";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { databases, type TestDatabase } from "../databases/index.ts";
import { somebodyWaits } from "../databases/waiting.ts";
import { skippedBecause } from "../skipped.ts";
import { deletionDeadlock, LATER, LIVE_AT, ROW, rotationDeadlock } from "../store/prisma/deadlocks.ts";
import { gate, SECRET, type ShopData } from "../support.ts";
import { clientOf, connectPrisma8, openPrisma8, type Prisma8Client } from "./client.ts";

const [database] = databases.filter(({ prisma, provider }) => prisma === 8 && provider === "postgresql");
if (!database) throw new Error("There is no PostgreSQL with Prisma 8.");
const { skipReason } = database;
const guard = { liveAt: LIVE_AT, data: ROW.data };

const thrownBy = (run: Promise<unknown>) =>
  run.then(
    (outcome) => Promise.reject(new Error(`It gave ${outcome}.`)),
    (error: unknown) => error,
  );

describe.skipIf(skipReason)(`Errors on PostgreSQL with Prisma 8${skippedBecause(skipReason)}`, () => {
  let db: TestDatabase;
  let store: SessionStore;
  beforeAll(async () => {
    db = await database.create();
    store = db.store();
  });
  beforeEach(() => db.prisma.session.deleteMany());
  afterAll(() => db?.drop());

  const run = (sql: string) => db.prisma.$executeRawUnsafe(sql);
  const connected = async (options: Partial<Parameters<typeof connectPrisma8>[0]> = {}) => {
    const connection = await connectPrisma8({ provider: "postgresql", url: db.url, ...options });
    onTestFinished(connection.close);
    return connection;
  };
  /** What the statements of a client with this setting meet, while another transaction holds row `a`. */
  async function behindALock(setting: string, pool: object = {}) {
    const url = Object.assign(new URL(db.url), { search: `options=${encodeURIComponent(`-c ${setting}`)}` }).href;
    const { store: mine } = await connected({ url, pool });
    await store.insert(ROW);
    const [held, mayCommit] = [gate(), gate()];
    const holding = db.inTransaction(async (theirs) => {
      await theirs.update("a", guard, { expireDate: LATER });
      held.open();
      await mayCommit.opened;
    });
    await held.opened;
    const error = await thrownBy(mine.update("a", guard, { data: "v1.late", expireDate: LATER }));
    mayCommit.open();
    await holding;
    return { error, mine };
  }

  it("statement timeout and lock timeout: rejected", async () => {
    for (const [setting, sqlState] of [
      ["statement_timeout=200", "57014"],
      ["lock_timeout=200", "55P03"],
    ] as const) {
      const { error } = await behindALock(setting);
      expect(error).toMatchObject({ kind: "sql_query", sqlState });
      expect(store.classifyError?.(error)).toBe("rejected");
      expect((await store.find("a"))?.data).toBe(ROW.data);
    }
  });

  it("an answer that comes too late: unknown, since the statement is applied later", async () => {
    const { error, mine } = await behindALock("lock_timeout=0", { query_timeout: 300 });
    expect(error).toMatchObject({ message: "Query read timeout" });
    expect(mine.classifyError(error)).toBe("unknown");
    await expect.poll(async () => (await store.find("a"))?.data).toBe("v1.late");
  });

  it("no free connection: rejected", async () => {
    const { store: mine, transaction } = await connected({ pool: { max: 1, connectionTimeoutMillis: 3000 } });
    const error = await transaction(() => thrownBy(mine.find("a")));
    expect(error).toMatchObject({ message: "timeout exceeded when trying to connect" });
    expect(mine.classifyError(error)).toBe("rejected");
  });

  it("a killed connection: unknown", async () => {
    const { store: mine } = await connected();
    await store.insert(ROW);
    const [held, mayCommit] = [gate(), gate()];
    const holding = db.inTransaction(async (theirs) => {
      await theirs.update("a", guard, { expireDate: LATER });
      held.open();
      await mayCommit.opened;
    });
    await held.opened;
    const failing = thrownBy(mine.update("a", guard, { data: "v1.new", expireDate: LATER }));
    await somebodyWaits(db, { provider: "postgresql" });
    await db.prisma.$queryRawUnsafe(
      "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    const error = await failing;
    mayCommit.open();
    await holding;
    expect(error).toMatchObject({ sqlState: "57P01" });
    expect(mine.classifyError(error)).toBe("unknown");
    // The pool may hand out the dying connection once more: that error is unknown too.
    const again = await mine.find("a").catch((second: unknown) => second);
    if (again instanceof Error) expect(mine.classifyError(again)).toBe("unknown");
    expect((await mine.find("a"))?.data).toBe(ROW.data);
  });

  it("a read-only server and a NUL in the data: rejected", async () => {
    const url = Object.assign(new URL(db.url), { search: "options=-c%20default_transaction_read_only%3Don" }).href;
    const { store: readOnly } = await connected({ url });
    const refused = await thrownBy(readOnly.insert(ROW));
    expect(refused).toMatchObject({ sqlState: "25006" });
    const withNul = await thrownBy(store.insert({ ...ROW, data: "\u0000" }));
    expect(withNul).toMatchObject({ sqlState: "22021" });
    for (const error of [refused, withNul]) expect(store.classifyError?.(error)).toBe("rejected");
  });

  it.each([
    ["rotation", rotationDeadlock],
    ["deletion", deletionDeadlock],
  ] as const)("a deadlock of a %s: retryable", async (_, deadlock) => {
    const isWaiting = () => somebodyWaits(db, { provider: "postgresql" });
    const theirs = await db.connect();
    const error = await thrownBy(deadlock({ provider: "postgresql", store, theirs, isWaiting }));
    expect(error).toMatchObject({ sqlState: "40P01" });
    expect(store.classifyError?.(error)).toBe("retryable");
  });

  it("a save that the database rolled back is sent again, and merged", async () => {
    const url = Object.assign(new URL(db.url), { search: "options=-c%20default_transaction_isolation%3Dserializable" });
    const { store: mine } = await connected({ url: url.href });
    const theirs = await connected({ url: url.href });
    const session = createSessions<ShopData>({ store: mine, secret: SECRET }).open();
    session.set("userId", 7);
    await session.save();
    const loaded = await createSessions<ShopData>({ store: mine, secret: SECRET }).load(session.sessionKey);
    const [theySaved, iWait] = [gate(), gate()];
    const their = theirs.transaction(async (model) => {
      const they = await createSessions<ShopData>({ store: prisma8Store(model), secret: SECRET }).load(
        session.sessionKey,
      );
      they.set("note", "theirs");
      await they.save();
      theySaved.open();
      await iWait.opened;
    });
    await theySaved.opened;
    loaded.set("userId", 8);
    const my = loaded.save();
    await somebodyWaits(db, { provider: "postgresql" });
    iWait.open();
    await Promise.all([my, their]);
    const read = await createSessions<ShopData>({ store, secret: SECRET }).load(session.sessionKey);
    expect(read.toJSON()).toEqual({ userId: 8, note: "theirs" });
  });

  it("a missing table and a missing column: a ConfigError that names Prisma 8's commands", async () => {
    const commands = /Run `npx prisma migration plan` .*`npx prisma db migrate`/;
    const config = (reason: RegExp) => (error: unknown) => {
      expect(error).toMatchObject({ code: "SESSION_CONFIG", message: expect.stringMatching(reason) });
      expect(error).toMatchObject({ message: expect.stringMatching(commands) });
    };
    await run("ALTER TABLE session RENAME TO session_away");
    config(/does not have it \(.*session/)(await thrownBy(store.find("a")));
    await run("ALTER TABLE session_away RENAME COLUMN data TO text");
    await run("ALTER TABLE session_away RENAME TO session");
    config(/lacks a column .*data/)(await thrownBy(store.find("a")));
    await run("ALTER TABLE session RENAME COLUMN text TO data");
  });

  it("a value that Prisma cannot encode: a ConfigError that names the column", async () => {
    const error = await thrownBy(store.insert({ ...ROW, expireDate: "secret" as never }));
    const message = expect.stringMatching(/The value of `expire_date` does not fit\. (?!.*secret)/);
    expect(error).toMatchObject({ code: "SESSION_CONFIG", message });
  });

  it("a `timestamp` column, as Prisma 7 makes it: a ConfigError that names the type", async () => {
    await store.insert(ROW);
    await run("ALTER TABLE session ALTER COLUMN expire_date TYPE timestamp(3)");
    const error = await thrownBy(store.find("a"));
    await run("ALTER TABLE session ALTER COLUMN expire_date TYPE timestamptz(3) USING expire_date AT TIME ZONE 'UTC'");
    const message = expect.stringMatching(
      /cannot read the column `expire_date` of the session table.*TimestamptzJsDate\(3\)/,
    );
    expect(error).toMatchObject({ code: "SESSION_CONFIG", message });
  });

  it("a database that is down when the client first asks it: rejected, and for good without `verifyMarker: false`", async () => {
    const nowhere = Object.assign(new URL(db.url), { pathname: "/nowhere" }).href;
    for (const options of [{}, { verifyMarker: false } as const]) {
      const { store: mine, close } = await openPrisma8({ provider: "postgresql", url: nowhere, ...options });
      onTestFinished(close);
      const first = await thrownBy(mine.find("a"));
      await run("CREATE DATABASE nowhere");
      const second = await thrownBy(mine.find("a"));
      await run("DROP DATABASE nowhere WITH (FORCE)");
      expect(mine.classifyError(first)).toBe("rejected");
      if ("verifyMarker" in options)
        expect(second).toMatchObject({ code: "SESSION_CONFIG" }); // it has no table
      else expect(second).toMatchObject({ code: "CONTRACT.MARKER_READ_FAILED" });
    }
  });

  it("no character of a prefix is a wildcard", async () => {
    await store.insert({ ...ROW, data: "v1.ab_c.text" });
    for (const [startsWith, outcome] of [
      ["v1.ab_c", "updated"],
      ["v1_ab_c", "unmatched"],
      ["v1.ab_b", "unmatched"],
      ["v1.ab%", "unmatched"],
      ["v1.AB_c", "unmatched"],
    ] as const) {
      const outcomeOf = store.update("a", { ...guard, data: { startsWith } }, { expireDate: LATER });
      expect(await outcomeOf, startsWith).toBe(outcome);
    }
  });

  it("a key that is taken does not end the transaction of the user's own", async () => {
    await store.insert(ROW);
    await db.inTransaction(async (inside) => {
      expect(await inside.insert(ROW)).toBe(false);
      expect(await inside.insert({ ...ROW, key: "b" })).toBe(true);
    });
    expect(await store.find("b")).toBeDefined();
  });

  it("an error in a transaction is fatal, and nothing of the transaction is kept", async () => {
    await store.insert(ROW);
    const work = db.inTransaction(async (inside) => {
      await inside.update("a", guard, { data: "v1.new", expireDate: LATER });
      const error = await thrownBy(inside.insert({ ...ROW, key: "b", data: "\u0000" }));
      expect((inside as SessionStore).classifyError?.(error)).toBe("fatal");
      throw error;
    });
    await expect(work).rejects.toMatchObject({ sqlState: "22021" });
    expect((await store.find("a"))?.data).toBe(ROW.data);
  });

  it.each<[what: string, pick: (orm: Orm) => unknown, message: RegExp]>([
    ["orm", (orm) => orm, /but it has no where, select/],
    ["a namespace", (orm) => orm.public, /but it has no where, select/],
    [
      "a date of Temporal",
      (orm) => orm.public?.TemporalDate,
      /`expireDate` of the Prisma 8 model does not give a Date/,
    ],
    ["a date as text", (orm) => orm.public?.TextDate, /`expireDate` of the Prisma 8 model does not give a Date/],
    ["no date", (orm) => orm.public?.NoDate, /must have a field `expireDate`/],
  ])("what is no session model: %s", async (_, pick, message) => {
    const { client, close } = await clientOf({ provider: "postgresql", url: db.url, contract: "unfit" });
    onTestFinished(close);
    expect(() => prisma8Store(pick(client.orm as Orm) as never)).toThrow(message);
    expect(() => prisma8Store(client as never)).toThrow(/but this is the client/);
    expect(() => prisma8Store(db.prisma.session as never)).toThrow(/a model of Prisma 7 or older/);
    expect(() => prisma8Store(db.prisma as never)).toThrow(/the client of Prisma 7 or older/);
    for (const wrong of [client, client.orm.public, pick(client.orm as Orm)]) {
      expect(() => createSessions({ model: wrong as never, secret: SECRET })).toThrow(/Prisma 8|Prisma model/);
    }
  });

  it.each<[what: string, pick: (client: Prisma8Client) => unknown]>([
    ["a model", ({ orm }) => Object(orm.public).Session],
    ["the client", (client) => client],
    ["`db.orm`", ({ orm }) => orm],
    ["a namespace", ({ orm }) => orm.public],
  ])("names %s of Prisma 8 where a model of Prisma 7 or a store is wanted", async (what, pick) => {
    const { client, close } = await clientOf({ provider: "postgresql", url: db.url });
    onTestFinished(close);
    for (const option of ["model", "store"]) {
      const sessions = () => createSessions({ [option]: pick(client), secret: SECRET } as never);
      expect(sessions).toThrow(`but this is ${what} of Prisma 8. Pass \`store: prisma8Store(`);
    }
  });

  it("refuses a filtered model", async () => {
    const { client, close } = await clientOf({ provider: "postgresql", url: db.url });
    onTestFinished(close);
    const model = Object(client.orm.public).Session;
    const isMine = (row: { key: { eq(value: string): object } }) => row.key.eq("a");
    for (const changed of [model.where(isMine), model.limit(1), model.select("key", "data", "expireDate")]) {
      expect(() => prisma8Store(changed)).toThrow(/is already a query/);
    }
  });
});

type Orm = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
