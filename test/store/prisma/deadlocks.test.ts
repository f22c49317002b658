import { prismaStore } from "prisma-db-session";
import { beforeAll, expect, it } from "vitest";
import { withRetries } from "../../../src/store/with-retries.ts";
import { describeEachPrisma7Database, type TestDatabase } from "../../databases/index.ts";
import { hasRowLocks, somebodyWaits } from "../../databases/waiting.ts";
import { gate } from "../../support.ts";
import { deletionDeadlock, LATER, LIVE_AT, ROW, rotationDeadlock, type Scene } from "./deadlocks.ts";

describeEachPrisma7Database("A single statement that the database rolls back", (db, database) => {
  let theirs: TestDatabase["prisma"];
  beforeAll(async () => {
    theirs = await db().connect();
  });

  function scene(decorate = (store: ReturnType<typeof prismaStore>): Scene["store"] => store): Scene {
    if (database.provider === "sqlite") throw new Error("SQLite has one writer at a time.");
    const store = prismaStore(db().prisma.session);
    const isWaiting = () => somebodyWaits(db(), database);
    return { provider: database.provider, store: decorate(store), theirs, isWaiting };
  }
  const retrying = (store: Scene["store"]) => withRetries(store, () => LIVE_AT);
  /**
   * Rows that are only deleted leave gaps: PostgreSQL would put new rows there, and lock them in
   * that order.
   */
  const empty = () => db().prisma.$executeRawUnsafe("TRUNCATE TABLE session");
  const classOf = (error: unknown) => prismaStore(db().prisma.session).classifyError(error);
  const errorOf = (work: Promise<unknown>) =>
    work.then(
      (outcome) => Promise.reject(new Error(`There was no deadlock, but ${outcome}.`)),
      (error: unknown) => error,
    );

  it("for a deadlock is retryable", async ({ skip }) => {
    skip(!hasRowLocks(database), "SQLite has one writer at a time");
    await empty();
    expect(classOf(await errorOf(rotationDeadlock(scene())))).toBe("retryable");
    expect(await db().prisma.session.findUnique({ where: { key: "a" } })).toEqual(ROW);
    await empty();
    expect(classOf(await errorOf(deletionDeadlock(scene())))).toBe("retryable");
  });

  it("for a deadlock is sent again by withRetries()", async ({ skip }) => {
    skip(!hasRowLocks(database), "SQLite has one writer at a time");
    await empty();
    expect(await rotationDeadlock(scene(retrying))).toBe("taken");
    await empty();
    expect(await deletionDeadlock(scene(retrying))).toBe(2);
  });

  it("for the sake of repeatable reads is retryable", async ({ skip }) => {
    skip(database.provider !== "postgresql", "only PostgreSQL refuses a single statement for that");
    const name = new URL(db().url).pathname.slice(1);
    await theirs.$executeRawUnsafe(`ALTER DATABASE ${name} SET default_transaction_isolation TO 'repeatable read'`);
    const mine = prismaStore((await db().connect()).session);
    await mine.insert(ROW);
    const [theyHold, mineWaits] = [gate(), gate()];
    const their = theirs.$transaction(async ({ session }) => {
      await session.updateMany({ where: { key: "a" }, data: { data: "v1.theirs" } });
      theyHold.open();
      await mineWaits.opened;
    });
    await theyHold.opened;
    const my = errorOf(mine.update("a", { liveAt: LIVE_AT, data: ROW.data }, { expireDate: LATER }));
    await somebodyWaits(db(), database);
    mineWaits.open();
    await their;
    expect(mine.classifyError(await my)).toBe("retryable");
  });
});
