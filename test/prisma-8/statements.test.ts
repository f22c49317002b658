// The rows of the table in docs/prisma-8.md that are about statements.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { databases, type TestDatabase } from "../databases/index.ts";
import { skippedBecause } from "../skipped.ts";
import { LATER, LIVE_AT, ROW } from "../store/prisma/deadlocks.ts";

const [database] = databases.filter(({ prisma, provider }) => prisma === 8 && provider === "postgresql");
if (!database) throw new Error("There is no PostgreSQL with Prisma 8.");
const { skipReason } = database;

describe.skipIf(skipReason)(`Statements on PostgreSQL with Prisma 8${skippedBecause(skipReason)}`, () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await database.create();
  });
  beforeEach(async () => {
    await db.prisma.session.deleteMany();
    db.queries.length = 0;
  });
  afterAll(() => db?.drop());

  it("32 loads at the same time are 32", async () => {
    const store = db.store();
    await Promise.all(Array.from({ length: 32 }, (_, index) => store.find(`key${index}`)));
    expect(db.queries).toHaveLength(32);
  });

  it("a rotation to a key that is taken ends the transaction of the user's own", async () => {
    const store = db.store();
    for (const key of ["a", "b"]) await store.insert({ ...ROW, key });
    const work = db.inTransaction(async (inside) => {
      const guard = { liveAt: LIVE_AT, data: ROW.data };
      expect(await inside.update("a", guard, { key: "b", expireDate: LATER })).toBe("taken");
      await inside.find("a");
    });
    await expect(work).rejects.toMatchObject({ sqlState: "25P02" });
  });
});
