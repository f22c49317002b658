import { expect, it } from "vitest";
import { databases, describeEachPrisma7Database, describeEachPrisma7OwnedDatabase } from "./index.ts";

const row = { key: "sha256.a", data: "{}", expireDate: new Date("2030-01-01T00:00:00.123Z") };

it("knows three databases, and Prisma 8 on two of them", () => {
  const withPrisma8 = ["PostgreSQL with Prisma 8", "SQLite with Prisma 8"];
  expect(databases.map(({ name }) => name)).toEqual(["SQLite", "PostgreSQL", "MariaDB", ...withPrisma8]);
});

describeEachPrisma7Database("a test database", (db, database) => {
  const verbs = () => db().queries.map((sql) => /COMMIT|^\w+/.exec(sql)?.[0]);

  it("has a session table that keeps a row as it is, to the millisecond", async () => {
    const { session } = db().prisma;
    await session.createMany({ data: [row] });
    expect(await session.findMany()).toEqual([row]);
  });

  it("is empty again for the next test", async () => {
    expect(db().queries).toEqual([]);
    expect(await db().prisma.session.findMany()).toEqual([]);
  });

  it("logs one statement for one verb", async () => {
    const { prisma } = db();
    await prisma.session.createMany({ data: [row] });
    await prisma.session.findUnique({ where: { key: row.key } });
    await prisma.session.updateMany({ where: { key: row.key }, data: { data: "{}" } });
    await prisma.session.deleteMany({ where: { key: row.key } });
    expect(verbs()).toEqual(["INSERT", "SELECT", "UPDATE", "DELETE"]);
  });

  it("logs the end of a transaction, by which it can be told from single statements", async () => {
    const { prisma } = db();
    await prisma.$transaction([prisma.session.count(), prisma.session.count()]);
    expect(verbs()).toEqual(["SELECT", "SELECT", "COMMIT"]);
  });

  it("shows one client what another has written, and logs the statements of the first alone", async () => {
    const other = await db().connect();
    await other.session.createMany({ data: [row] });
    expect(await db().prisma.session.findUnique({ where: { key: row.key } })).toEqual(row);
    await db().prisma.session.deleteMany();
    expect(await other.session.count()).toBe(0);
    expect(db().queries).toHaveLength(2);
  });

  it("is its own: another one of the same server has nothing of it", async () => {
    await db().prisma.session.createMany({ data: [row] });
    const another = await database.create();
    expect(another.url).not.toBe(db().url);
    expect(await another.prisma.session.count()).toBe(0);
    await another.drop();
  });
});

describeEachPrisma7OwnedDatabase("a test database with columns of the user's own", (db) => {
  const columns = { userId: 7, address: "2001:db8::1", userAgent: "Mozilla/5.0 (X11; Linux x86_64)" };

  it("keeps the columns with the row, and leaves out what is not given", async () => {
    const { session } = db().prisma;
    await session.createMany({ data: [{ ...row, ...columns, createdAt: row.expireDate }] });
    expect(await session.findMany({ where: { userId: 7 } })).toEqual([
      { ...row, ...columns, createdAt: row.expireDate },
    ]);
    await session.updateMany({ where: { key: row.key }, data: { userId: null } });
    expect(await session.findMany({ where: { userId: 7 } })).toEqual([]);
    expect(db().queries).toHaveLength(4);
  });

  it("takes a row of the package's alone, and dates it", async () => {
    const before = Date.now();
    await db().prisma.session.createMany({ data: [row] });
    const other = await db().connect();
    const found = await other.session.findUnique({ where: { key: row.key } });
    expect(found).toEqual({ ...row, userId: null, address: null, userAgent: null, createdAt: expect.any(Date) });
    expect(Number(found?.createdAt)).toBeGreaterThanOrEqual(before);
  });
});
