import { createSessions, memoryStore, prismaStore } from "prisma-db-session";
import { expect, it } from "vitest";
import { type Database, describeEachDatabase, type TestDatabase } from "./databases/index.ts";
import { describeEachStore, type TestStores } from "./stores.ts";
import { gate, SECRET, START, storedKey } from "./support.ts";

const LATER = new Date(START.getTime() + 3_600_000);
const EARLIER = new Date(START.getTime() - 3_600_000);

const rows = (count: number, name: string, expireDate: Date) =>
  Array.from({ length: count }, (_, i) => ({ key: storedKey(name + i), data: "", expireDate }));

describeEachStore("two cleaners at once", (stores) => {
  const cleaner = (store: TestStores["store"]) => createSessions({ store, secret: SECRET, now: () => START });

  it("delete each row once, and leave none", async () => {
    const { store, otherStore } = stores();
    for (const row of [...rows(60, "expired", START), ...rows(3, "live", LATER)]) await store.insert(row);
    const deleted = await Promise.all([store, otherStore].map((each) => cleaner(each).clearExpired({ batchSize: 4 })));
    expect(deleted.reduce((sum, count) => sum + count)).toBe(60);
    expect(await store.hasExpired(START)).toBe(false);
    expect(await Promise.all(rows(3, "live", LATER).map(({ key }) => store.find(key)))).not.toContain(undefined);
  });

  it("share what is there: one goes on where the other was stopped", async () => {
    const { store, otherStore } = stores();
    for (const row of rows(10, "expired", START)) await store.insert(row);
    const controller = new AbortController();
    const stopped = cleaner(store).clearExpired({
      batchSize: 3,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(await cleaner(otherStore).clearExpired({ batchSize: 3 })).toBe(7);
  });
});

it("sends a batch again that the database rolled back, and passes every other failure on", async () => {
  const store = memoryStore();
  for (const row of rows(3, "expired", START)) await store.insert(row);
  const [deadlock, lost] = [new Error("deadlock"), new Error("connection lost")];
  const failures = [deadlock, deadlock];
  const sessions = createSessions({
    store: {
      ...store,
      failureKind: (error) => (error === deadlock ? "rolledBack" : "unknown"),
      async deleteExpired(at, limit) {
        const failure = failures.shift();
        if (failure) throw failure;
        return store.deleteExpired(at, limit);
      },
    },
    secret: SECRET,
    now: () => START,
  });
  expect(await sessions.clearExpired({ batchSize: 2 })).toBe(3);
  failures.push(lost);
  await expect(sessions.clearExpired()).rejects.toBe(lost);
});

describeEachDatabase("Clearing beside traffic", (db, database) => {
  it("deletes by primary key, in a statement of its own", async () => {
    await db().prisma.session.createMany({ data: rows(3, "expired", START) });
    db().queries.length = 0;
    expect(await prismaStore(db().prisma.session).deleteExpired(START, 2)).toBe(2);
    expect(db().queries).toEqual([
      expect.stringMatching(/^SELECT [^,]*key. FROM .*expire_date. <= \S+ ORDER BY [^,]*expire_date. ASC LIMIT/),
      expect.stringMatching(/^DELETE FROM (?!.*SELECT).*key. IN \(/),
    ]);
  });

  it("keeps a row that was saved between the look at it and the DELETE, by a clock that is behind", async () => {
    const { session } = db().prisma;
    await session.createMany({ data: rows(3, "expired", START) });
    const saved = storedKey("expired1");
    const model = beforeDeleteMany(session, async () => {
      const change = { data: "saved", expireDate: LATER };
      expect(await (await otherStore(db())).update(saved, { liveAt: EARLIER }, change)).toBe(true);
    });
    expect(await prismaStore(model).deleteExpired(START, 10)).toBe(2);
    expect(await session.findMany()).toEqual([{ key: saved, data: "saved", expireDate: LATER }]);
  });

  it.skipIf(hasOneWriter(database))("keeps a row whose save the DELETE had to wait for", async () => {
    const { session } = db().prisma;
    await session.createMany({ data: rows(1, "expired", START) });
    const [{ key } = { key: "" }] = rows(1, "expired", START);
    const other = await db().connect();
    const deleting = gate();
    const model = beforeDeleteMany(session, deleting.open);
    const { clearing } = await other.$transaction(async (transaction) => {
      await prismaStore(transaction.session).update(key, { liveAt: EARLIER }, { data: "saved", expireDate: LATER });
      const clearing = prismaStore(model).deleteExpired(START, 10);
      await deleting.opened;
      for (let i = 0; i < 20; i++) await transaction.session.count(); // meanwhile the DELETE has met the row
      return { clearing };
    });
    expect(await clearing).toBe(0);
    expect(await session.findMany()).toEqual([{ key, data: "saved", expireDate: LATER }]);
  });

  it.skipIf(hasOneWriter(database))("keeps no other session waiting while a batch is deleted", async () => {
    const { prisma } = db();
    await prisma.session.createMany({ data: [...rows(100, "expired", START), ...rows(200, "live", LATER)] });
    const traffic = await otherStore(db());
    const batchIsOpen = prisma.$transaction(async (transaction) => {
      expect(await prismaStore(transaction.session).deleteExpired(START, 10)).toBe(10);
      const soon = new Date(START.getTime() + 1);
      for (const row of [...rows(5, "new", LATER), ...rows(5, "brief", soon)]) {
        expect(await traffic.insert(row)).toBe(true);
      }
      for (const { key } of rows(200, "live", LATER)) {
        expect(await traffic.update(key, { liveAt: START }, { data: "saved", expireDate: LATER })).toBe(true);
        expect(await traffic.update(key, { liveAt: START }, { expireDate: soon })).toBe(true);
      }
      expect(await traffic.delete(storedKey("live7"))).toBe(true);
    });
    await batchIsOpen; // fails by the transaction's time limit where somebody waits for it
  });
});

/** A model on which something happens before each of its `deleteMany`. */
function beforeDeleteMany<Model extends TestDatabase["prisma"]["session"]>(model: Model, act: () => unknown): Model {
  return new Proxy(model, {
    get(target, name) {
      if (name !== "deleteMany") return Reflect.get(target, name);
      return async (args: Parameters<Model["deleteMany"]>[0]) => {
        await act();
        return target.deleteMany(args);
      };
    },
  });
}

/** SQLite lets one write at a time, so that there everybody waits for everybody, shortly. */
const hasOneWriter = ({ provider }: Database) => provider === "sqlite";

const otherStore = async (db: TestDatabase) => prismaStore((await db.connect()).session);
