import { createSessions, prismaStore, type SessionDelegate } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachPrisma7Database, type TestDatabase } from "../databases/index.ts";
import { hasRowLocks, somebodyWaits } from "../databases/waiting.ts";
import { gate, SECRET, type ShopData, storedKey } from "../support.ts";

const deadlock = Object.assign(new Error(), { code: "P2034" });
const duplicate = Object.assign(new Error(), { code: "P2002" });
const LATER = new Date("2100-01-01");

describeEachPrisma7Database("In a transaction of the user's own", (db, database) => {
  async function savedSession({ prisma }: TestDatabase) {
    const session = createSessions<ShopData>({ model: prisma.session, secret: SECRET }).open();
    session.set("userId", 7);
    await session.save();
    return session.sessionKey as string;
  }

  it("a session is saved and rolled back with it", async () => {
    const { prisma } = db();
    const key = await savedSession(db());
    const work = prisma.$transaction(async (transaction) => {
      const session = await createSessions<ShopData>({ model: transaction.session, secret: SECRET }).load(key);
      session.set("userId", 8);
      await session.save();
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect((await createSessions<ShopData>({ model: prisma.session, secret: SECRET }).load(key)).get("userId")).toBe(7);
  });

  it("every error is fatal, since it ends the transaction; outside of one, a deadlock is retryable", async () => {
    const { prisma } = db();
    const extended = prisma.$extends({ query: { session: { findUnique: ({ args, query }) => query(args) } } });
    for (const client of [prisma, extended]) {
      expect(prismaStore(client.session).classifyError(deadlock)).toBe("retryable");
    }
    const errors = [deadlock, duplicate, new Error("The connection broke")];
    const areFatal = async (model: SessionDelegate) => {
      for (const error of errors) expect(prismaStore(model).classifyError(error)).toBe("fatal");
    };
    await prisma.$transaction(({ session }) => areFatal(session));
    await extended.$transaction(({ session }) => areFatal(session));
  });

  it("a deadlock reaches the caller, and nothing of the transaction is kept", async ({ skip }) => {
    skip(!hasRowLocks(database), "SQLite has one writer at a time, so it has no deadlocks");
    const { prisma } = db();
    const [mine, theirs] = [prisma, await db().connect()];
    const key = await savedSession(db());
    const rows = ["x", "y", "z", "another"].map((name) => ({ key: name, data: "before", expireDate: LATER }));
    await prisma.session.createMany({ data: rows });
    const theyHold = gate();
    const iWait = gate();

    const my = mine.$transaction(async ({ session: model }) => {
      await model.updateMany({ where: { key: "x" }, data: { data: "mine" } });
      const session = await createSessions<ShopData>({ model, secret: SECRET }).load(key);
      await theyHold.opened;
      session.set("userId", 8);
      await session.save();
    });
    const their = theirs.$transaction(async ({ session: model }) => {
      // MariaDB rolls back the transaction that has changed fewer rows. PostgreSQL rolls back the
      // one that has waited longest. Both are mine.
      await model.updateMany({ where: { key: { in: ["y", "z", "another"] } }, data: { data: "theirs" } });
      await model.updateMany({ where: { key: storedKey(key) }, data: { expireDate: LATER } });
      theyHold.open();
      await iWait.opened;
      await model.updateMany({ where: { key: "x" }, data: { data: "theirs" } });
    });
    await theyHold.opened;
    await somebodyWaits(db(), database);
    iWait.open();

    const [mineEnded, theirsEnded] = await Promise.allSettled([my, their]);
    expect(mineEnded).toMatchObject({ status: "rejected", reason: { code: "P2034" } });
    expect(theirsEnded.status).toBe("fulfilled");
    expect(await prisma.session.findUnique({ where: { key: "x" } })).toMatchObject({ data: "theirs" });
    expect((await createSessions<ShopData>({ model: prisma.session, secret: SECRET }).load(key)).get("userId")).toBe(7);
  });

  it("outside of one, a save that the database rolled back is sent again, and merged", async ({ skip }) => {
    skip(
      database.provider !== "postgresql",
      "only PostgreSQL refuses a single statement to keep transactions serializable",
    );
    const key = await savedSession(db());
    const name = new URL(db().url).pathname.slice(1);
    await db().prisma.$executeRawUnsafe(`ALTER DATABASE ${name} SET default_transaction_isolation TO 'serializable'`);
    const [mine, theirs] = [await db().connect(), await db().connect()];
    const refused: unknown[] = [];
    const watched = mine.$extends({
      query: {
        $allOperations: ({ args, query }) =>
          query(args).catch((error: unknown) => {
            refused.push(error);
            throw error;
          }),
      },
    });
    const session = await createSessions<ShopData>({ model: watched.session, secret: SECRET }).load(key);
    const theySaved = gate();
    const iWait = gate();

    const their = theirs.$transaction(async ({ session: model }) => {
      const they = await createSessions<ShopData>({ model, secret: SECRET }).load(key);
      they.set("note", "theirs");
      await they.save();
      theySaved.open();
      await iWait.opened;
    });
    await theySaved.opened;
    session.set("userId", 8);
    const my = session.save();
    await somebodyWaits(db(), database);
    iWait.open();
    await Promise.all([my, their]);

    expect(refused).toMatchObject([{ code: "P2034" }]);
    const { sessionKey } = session;
    const read = await createSessions<ShopData>({ model: theirs.session, secret: SECRET }).load(sessionKey);
    expect(read.toJSON()).toEqual({ userId: 8, note: "theirs" });
  });
});
