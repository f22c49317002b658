// What sessions do if the table in the database is not the table that the Prisma model describes.
import { createSessions, type SessionEvent } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachPrisma7OwnedDatabase } from "../../databases/index.ts";
import type { OwnedTestClient } from "../../databases/types.ts";
import { SECRET, type ShopData } from "../../support.ts";

const COMMANDS = /Run `npx prisma migrate dev` in development, or `npx prisma migrate deploy` in production\./;

const sessionsOf = ({ session: model }: OwnedTestClient, onEvent: (event: SessionEvent) => void = () => {}) =>
  createSessions<ShopData, typeof model>({
    model,
    secret: SECRET,
    onEvent,
    columns: ({ userId }) => ({ userId: userId ?? null, address: null, userAgent: null }),
  });

/** The calls of sessions that send a statement, on a session that has a row. */
async function callsOf(prisma: OwnedTestClient) {
  const events: string[] = [];
  const sessions = sessionsOf(prisma, ({ type }) => events.push(type));
  const session = sessions.open();
  session.set("userId", 7);
  await session.save();
  events.length = 0;
  const calls = {
    load: () => sessions.load(session.sessionKey),
    exists: () => session.exists("a".repeat(32)),
    save: () => session.save(),
    "save a change": () => Promise.resolve(session.set("note", 1)).then(() => session.save()),
    create: () => session.create(),
    cycleKey: () => session.cycleKey(),
    markAuthenticated: () => session.markAuthenticated({ userId: 8 }),
    list: () => sessions.list({ userId: 7 }),
    revoke: () => sessions.revoke({ userId: 7 }),
    clearExpired: () => sessions.clearExpired(),
    check: () => sessions.check(),
    flush: () => session.flush(),
  };
  return { calls, events };
}

/** Which calls reject with a ConfigError that has this message, and what the other calls do. */
async function outcomes(calls: Readonly<Record<string, () => Promise<unknown>>>, message: RegExp) {
  const result: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls)) {
    const error = await call().then(
      () => undefined,
      (error: Error) => error,
    );
    const isConfigError = error && "code" in error && error.code === "SESSION_CONFIG" && error.name === "ConfigError";
    result[name] = isConfigError && message.test(error.message) && COMMANDS.test(error.message) ? "ConfigError" : error;
  }
  return result;
}

const allOf = (calls: object, ...except: string[]) =>
  Object.fromEntries(Object.keys(calls).map((name) => [name, except.includes(name) ? undefined : "ConfigError"]));

describeEachPrisma7OwnedDatabase("A table that is missing", (db) => {
  it("makes every call a ConfigError that says which command to run", async () => {
    const { prisma } = db();
    const { calls, events } = await callsOf(prisma);
    await prisma.$executeRawUnsafe("ALTER TABLE session RENAME TO session_away");
    expect(await outcomes(calls, /^Cannot use the session table because the database does not have it \(/)).toEqual(
      allOf(calls),
    );
    expect(events).toEqual([]);
    await prisma.$executeRawUnsafe("ALTER TABLE session_away RENAME TO session");
  });
});

describeEachPrisma7OwnedDatabase("A column that is missing", (db, { provider }) => {
  const LACKS = /^Cannot use the session table because it lacks a column that the Prisma model has \(/;

  it("of the user's own makes a ConfigError of each call that needs it, and of no other", async () => {
    const { prisma } = db();
    if (provider === "sqlite") await prisma.$executeRawUnsafe("DROP INDEX session_user_id_idx");
    const { calls, events } = await callsOf(prisma);
    await prisma.$executeRawUnsafe("ALTER TABLE session DROP COLUMN user_id");
    expect(await outcomes(calls, LACKS)).toEqual(allOf(calls, "load", "exists", "clearExpired", "flush"));
    expect(events).toEqual(["loaded", "ended"]);
  });

  it("of the package's makes a ConfigError of each call but the deletion by the key", async () => {
    const { prisma } = db();
    await prisma.$executeRawUnsafe("ALTER TABLE session ADD COLUMN user_id INTEGER");
    if (provider === "sqlite") await prisma.$executeRawUnsafe("DROP INDEX session_expire_date_idx");
    const { calls, events } = await callsOf(prisma);
    await prisma.$executeRawUnsafe("ALTER TABLE session DROP COLUMN expire_date");
    expect(await outcomes(calls, LACKS)).toEqual(allOf(calls, "flush"));
    expect(events).toEqual(["ended"]);
  });
});

describeEachPrisma7OwnedDatabase("A column that is too short", (db, { provider }) => {
  // SQLite takes texts of any length. MariaDB is in strict mode, its default.
  const isLimited = provider !== "sqlite";

  it.skipIf(!isLimited)(
    `acknowledges no save that it cannot hold, and keeps the row${isLimited ? "" : " (skipped: SQLite limits no text)"}`,
    async () => {
      const { prisma } = db();
      const sessions = sessionsOf(prisma);
      const session = sessions.open();
      session.set("note", "short");
      await session.save();
      const [change, key] =
        provider === "mysql"
          ? ["MODIFY data VARCHAR(300) NOT NULL", "MODIFY `key` VARCHAR(40) NOT NULL"]
          : ["ALTER COLUMN data TYPE VARCHAR(300)", "ALTER COLUMN key TYPE VARCHAR(40)"];
      await prisma.$executeRawUnsafe(`ALTER TABLE session ${change}`);

      session.set("note", "x".repeat(400));
      const tooLong = expect.objectContaining({
        name: "ConfigError",
        message: expect.stringMatching(
          /^Cannot use the session table because a value is longer than its column \(.*LongText/,
        ),
        cause: expect.objectContaining({ code: "P2000" }),
      });
      await expect(session.save()).rejects.toEqual(tooLong);
      await expect(session.cycleKey()).rejects.toEqual(tooLong);
      const other = sessions.open();
      other.set("note", "x".repeat(400));
      await expect(other.save()).rejects.toEqual(tooLong);
      const rows = await prisma.session.findMany();
      expect(rows).toHaveLength(1);
      expect(rows[0]?.data).toContain('"note":"short"');
      session.set("note", "shorter");
      await session.save();
      expect((await sessions.load(session.sessionKey)).get("note")).toBe("shorter");

      await prisma.session.deleteMany();
      await prisma.$executeRawUnsafe(`ALTER TABLE session ${key}`);
      await expect(sessions.open().save()).rejects.toEqual(tooLong);
      expect(await prisma.session.count()).toBe(0);
    },
  );
});

describeEachPrisma7OwnedDatabase("A column of utf8mb3", (db, { provider }) => {
  it.skipIf(provider !== "mysql")(
    `acknowledges no emoji${provider === "mysql" ? "" : " (skipped: MySQL and MariaDB alone have it)"}`,
    async () => {
      const { prisma } = db();
      await prisma.$executeRawUnsafe("ALTER TABLE session MODIFY data LONGTEXT CHARACTER SET utf8mb3 NOT NULL");
      const session = sessionsOf(prisma).open();
      session.set("note", "Zoë");
      await session.save();
      session.set("note", "Zoë 🦕");
      await expect(session.save()).rejects.toMatchObject({
        name: "ConfigError",
        message: expect.stringMatching(
          /its character set cannot hold a text of the session\. Convert the table: `ALTER/,
        ),
        cause: expect.objectContaining({ message: expect.stringContaining("Incorrect string value") }),
      });
      expect((await sessionsOf(prisma).load(session.sessionKey)).get("note")).toBe("Zoë");

      // As docs/troubleshooting.md says.
      await prisma.$executeRawUnsafe("ALTER TABLE session CONVERT TO CHARACTER SET utf8mb4");
      await session.save();
      expect((await sessionsOf(prisma).load(session.sessionKey)).get("note")).toBe("Zoë 🦕");
    },
  );
});

describeEachPrisma7OwnedDatabase("A column that must not be NULL and that nothing fills", (db, { provider }) => {
  const isPossible = provider !== "sqlite";
  it.skipIf(!isPossible)(
    `makes a ConfigError of a save${isPossible ? "" : " (skipped: SQLite adds no such column to a table)"}`,
    async () => {
      const { prisma } = db();
      const change = provider === "mysql" ? "MODIFY user_id INTEGER NOT NULL" : "ALTER COLUMN user_id SET NOT NULL";
      await prisma.$executeRawUnsafe(`ALTER TABLE session ${change}`);
      await expect(sessionsOf(prisma).open().save()).rejects.toMatchObject({
        name: "ConfigError",
        message: expect.stringMatching(
          /a column without a value does not allow NULL \(.*user_id.*\)\. Let `columns` fill/,
        ),
        cause: expect.objectContaining({ code: "P2011" }),
      });
      expect(await prisma.session.count()).toBe(0);
    },
  );
});
