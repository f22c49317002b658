// Client extensions that apps have: under some of them sessions must work, and the others must be named.
import { createSessions } from "prisma-db-session";
import { describe, expect, it, onTestFinished } from "vitest";
import { describeEachPrisma7Database } from "../../databases/index.ts";
import { postgresql } from "../../databases/postgresql.ts";
import { skippedBecause } from "../../skipped.ts";
import { SECRET, type ShopData } from "../../support.ts";

describeEachPrisma7Database("A client extension", (db) => {
  /** An extension that changes what `findUnique` reads. */
  const reading = (change: (data: string, key: string) => string) =>
    db().prisma.$extends({
      query: {
        session: {
          async findUnique({ args, query }) {
            const row = await query(args);
            if (row?.data === undefined) return row;
            return { ...row, data: change(row.data, String(args.where.key)) };
          },
        },
      },
    }).session;

  const named = expect.objectContaining({
    code: "SESSION_CONFLICT",
    message: expect.stringMatching(/extension that encrypts or caches/),
  });

  it("that encrypts ends the second save in a ConflictError that names extensions", async () => {
    const encrypting = db().prisma.$extends({
      query: {
        session: {
          createMany({ args, query }) {
            const rows = [args.data].flat().map((row) => ({ ...row, data: Buffer.from(row.data).toString("base64") }));
            return query({ ...args, data: rows });
          },
          async findUnique({ args, query }) {
            const row = await query(args);
            if (row?.data === undefined) return row;
            return { ...row, data: Buffer.from(row.data, "base64").toString() };
          },
        },
      },
    });
    const session = createSessions<ShopData>({ model: encrypting.session, secret: SECRET }).open();
    session.set("userId", 7);
    await session.save();
    session.set("userId", 8);
    await expect(session.save()).rejects.toEqual(named);
  });

  it("that caches what it reads ends a conflict in a ConflictError that names extensions", async () => {
    const cache = new Map<string, string>();
    const model = reading((data, key) => {
      if (!cache.has(key)) cache.set(key, data);
      return cache.get(key) ?? data;
    });
    const cached = createSessions<ShopData>({ model, secret: SECRET });
    const session = cached.open();
    session.set("userId", 7);
    await session.save();
    const [first, second] = [await cached.load(session.sessionKey), await cached.load(session.sessionKey)];
    first.set("note", 1);
    await first.save();
    second.set("cart", []);
    await expect(second.save()).rejects.toEqual(named);
  });
});

const { skipReason } = postgresql;

describe.skipIf(skipReason)(`row-level security on PostgreSQL${skippedBecause(skipReason)}`, () => {
  it("keeps the sessions of each tenant apart, and all of them work", async () => {
    const database = await postgresql.create();
    onTestFinished(database.drop);
    const { prisma } = database;
    const role = new URL(database.url).pathname.slice(1).concat("_app");
    for (const statement of [
      `CREATE ROLE ${role}`,
      `GRANT ALL ON session TO ${role}`,
      "ALTER TABLE session ADD COLUMN tenant text NOT NULL DEFAULT current_setting('app.tenant', true)",
      "ALTER TABLE session ENABLE ROW LEVEL SECURITY",
      "CREATE POLICY tenants ON session USING (tenant = current_setting('app.tenant'))",
    ]) {
      await prisma.$executeRawUnsafe(statement);
    }
    onTestFinished(async () => {
      await prisma.$executeRawUnsafe(`DROP OWNED BY ${role}`);
      await prisma.$executeRawUnsafe(`DROP ROLE ${role}`);
    });

    /** As Prisma's own example has it: each statement in a transaction with its tenant. */
    const sessionsOf = (tenant: string) => {
      const client = prisma.$extends({
        query: {
          async $allOperations({ args, query }) {
            const settings = [
              prisma.$executeRawUnsafe(`SET LOCAL ROLE ${role}`),
              prisma.$executeRaw`SELECT set_config('app.tenant', ${tenant}, TRUE)`,
            ];
            const results = await prisma.$transaction([...settings, query(args) as never]);
            return results.at(-1);
          },
        },
      });
      return createSessions<ShopData>({ model: client.session, secret: SECRET });
    };
    const [red, blue] = [sessionsOf("red"), sessionsOf("blue")];
    const session = red.open();
    session.set("userId", 7);
    await session.save();
    const [mine, theirs] = [await red.load(session.sessionKey), await red.load(session.sessionKey)];
    mine.set("note", "mine");
    theirs.set("cart", ["tea"]);
    await Promise.all([mine.save(), theirs.save()]);
    await mine.cycleKey();
    const key = mine.sessionKey;
    expect((await red.load(key)).toJSON()).toEqual({ userId: 7, note: "mine", cart: ["tea"] });
    expect((await blue.load(key)).sessionKey).toBeNull();

    await blue.open().destroy(String(key));
    expect((await red.load(key)).get("userId")).toBe(7);
    await mine.flush();
    expect(await prisma.session.count()).toBe(0);
  });
});
