import { PrismaLibSql } from "@prisma/adapter-libsql";
import { createSessions, memoryStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { PrismaClient as WrongClient } from "../../generated/wrong-columns/client.ts";
import { describeEachPrisma7Database } from "../databases/index.ts";
import { SECRET } from "../support.ts";
import { expectConfigError } from "./expect-config-error.ts";

const store = memoryStore();

describe("the model", () => {
  it("that is missing throws a ConfigError that says what to pass", () => {
    expectConfigError(
      { model: undefined, secret: SECRET },
      /`model` is missing\. Pass the model .* run `prisma generate`/,
    );
  });

  it("together with a store throws ConfigError", () => {
    expectConfigError({ model: {}, store, secret: SECRET }, /either `model` or `store`, not both/);
  });

  it.each([
    [{}, /`model` must be a Prisma model, but it has no findUnique/],
    [{ session: {} }, /`model` must be a Prisma model, but it has no findUnique/],
    ["session", /`model` must be a Prisma model, but it is a string\. Pass `prisma\.session`/],
    [7, /`model` must be a Prisma model, but it is a number/],
  ])("that is not a Prisma model throws ConfigError", (model, message) => {
    expectConfigError({ model, secret: SECRET }, message);
  });
});

describe("a model with wrong columns", () => {
  const client = new WrongClient({ adapter: new PrismaLibSql({ url: ":memory:" }) });

  it.each([
    ["lacks the date", client.sessionWithoutDate, /must have a field `expireDate DateTime`, but it is missing\. Copy/],
    ["lacks the data", client.sessionWithoutData, /must have a field `data String`, but it is missing/],
    ["has another name for the key", client.sessionWithAnotherKey, /must have a field `key String`, but it is missing/],
    ["has data of another type", client.sessionWithWrongType, /must have a field `data String`, but its type is Int/],
  ])("that %s throws ConfigError before any query, even without TypeScript", (_, model, message) => {
    expectConfigError({ model, secret: SECRET }, message);
  });

  it("that has more columns is accepted, if the columns may be null", () => {
    expect(() => createSessions({ model: client.sessionWithExtraColumns, secret: SECRET })).not.toThrow();
  });
});

describeEachPrisma7Database("The model", (db, database) => {
  it("that is the client itself, or that of a transaction, throws ConfigError", async () => {
    const message = /`model` must be a Prisma model, but this is the client\. Pass `prisma\.session`/;
    expectConfigError({ model: db().prisma, secret: SECRET }, message);
    expectConfigError({ model: db().prisma.$extends({}), secret: SECRET }, message);
    await db().prisma.$transaction(async (client) => expectConfigError({ model: client, secret: SECRET }, message));
  });

  it("that is passed as `store`, or its client, throws ConfigError", () => {
    const { prisma } = db();
    const message = /`store` must be a session store, but this is a Prisma client or .* `model: prisma\.session`/;
    for (const store of [prisma, prisma.session, prisma.$extends({}), prisma.$extends({}).session]) {
      expectConfigError({ store, secret: SECRET }, message);
    }
  });

  it("of an extended client or a transaction is accepted", async () => {
    const { prisma } = db();
    const extended = prisma.$extends({ query: { session: { findUnique: ({ args, query }) => query(args) } } });
    const session = createSessions({ model: extended.session, secret: SECRET }).open();
    session.set("userId", 7);
    await session.save();
    const seen = await prisma.$transaction(async (transaction) => {
      return createSessions({ model: transaction.session, secret: SECRET }).load(session.sessionKey);
    });
    expect(seen.get("userId")).toBe(7);
  });

  it("of a transaction that is rolled back rolls back the save too", async () => {
    const { prisma } = db();
    const sessions = createSessions({ model: prisma.session, secret: SECRET });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const rollback = new Error("rollback");
    const work = prisma.$transaction(async (transaction) => {
      const inside = await createSessions({ model: transaction.session, secret: SECRET }).load(session.sessionKey);
      inside.set("userId", 8);
      await inside.save();
      throw rollback;
    });
    await expect(work).rejects.toBe(rollback);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("of a missing table rejects every call with a ConfigError that names the command to run", async () => {
    const { prisma } = db();
    const events: string[] = [];
    const sessions = createSessions({
      model: prisma.session,
      secret: SECRET,
      onEvent: ({ type }) => events.push(type),
    });
    const session = sessions.open();
    await session.save();
    await prisma.$executeRawUnsafe("ALTER TABLE session RENAME TO session_away");
    try {
      const noTable = { code: "SESSION_CONFIG", message: expect.stringMatching(/Run `npx prisma migrate dev`/) };
      session.set("userId", 7);
      await expect(sessions.load(session.sessionKey)).rejects.toMatchObject(noTable);
      for (const call of ["save", "cycleKey", "create", "destroy", "flush"] as const) {
        await expect(session[call](), call).rejects.toMatchObject(noTable);
      }
      await expect(session.exists("a".repeat(32))).rejects.toMatchObject(noTable);
      await expect(sessions.clearExpired()).rejects.toMatchObject(noTable);
    } finally {
      await prisma.$executeRawUnsafe("ALTER TABLE session_away RENAME TO session");
    }
    expect(events).toEqual(["created"]);
    await session.save();
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("of a transaction merges a concurrent write, or throws a ConflictError that explains the isolation level", async () => {
    const { prisma, connect } = db();
    const theirs = createSessions({ model: (await connect()).session, secret: SECRET });
    const session = theirs.open();
    await session.save();
    const save = prisma.$transaction(async (transaction) => {
      const inside = await createSessions({ model: transaction.session, secret: SECRET }).load(session.sessionKey);
      session.set("note", "theirs");
      if (database.name !== "SQLite") await session.save(); // SQLite allows one writer at a time
      inside.set("userId", 7);
      await inside.save();
    });
    if (database.name === "MariaDB") {
      await expect(save).rejects.toMatchObject({
        code: "SESSION_CONFLICT",
        message: expect.stringContaining("READ COMMITTED"),
      });
    } else {
      await save;
      const expected = database.name === "SQLite" ? { userId: 7 } : { userId: 7, note: "theirs" };
      expect((await theirs.load(session.sessionKey)).toJSON()).toEqual(expected);
    }
  });
});
