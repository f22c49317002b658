import {
  createSessions,
  type ExpiredRows,
  memoryStore,
  type SessionEvent,
  type SessionRow,
  type SessionStore,
} from "prisma-db-session";
import { expect, it, onTestFinished, vi } from "vitest";
import { describeEachDatabase } from "../databases/index.ts";
import { describeEachStore, type TestStores } from "../stores.ts";
import { SECRET, START, storedKey } from "../support.ts";

const LATER = new Date(START.getTime() + 3_600_000);
const EARLIER = new Date(START.getTime() - 3_600_000);

const ONE_WRITER = "SQLite lets one write at a time, so that everybody waits for everybody, shortly";

const rows = (count: number, name: string, expireDate: Date) =>
  Array.from({ length: count }, (_, i) => ({ key: storedKey(name + i), data: "", expireDate }));

/** Rows that expire a millisecond apart, the last one at the date of all. */
const inSequence = (all: SessionRow[]) =>
  all.map((row, i) => ({ ...row, expireDate: new Date(row.expireDate.getTime() - (all.length - 1 - i)) }));

const keysOfExpired = async (store: SessionStore, limit: number) =>
  (await store.findExpired(START, limit)).map(({ key }) => key);

describeEachStore("clearExpired", (stores) => {
  const MILLISECOND = 1;

  async function table({ expired, live }: { expired: number; live: number }) {
    const { store } = stores();
    const events: SessionEvent[] = [];
    const sessions = createSessions({
      store,
      secret: SECRET,
      now: () => START,
      onEvent: (event) => events.push(event),
    });
    const put = (count: number, name: string, expireDate: Date) =>
      Promise.all(
        Array.from({ length: count }, (_, i) => store.insert({ key: storedKey(name + i), data: "", expireDate })),
      );
    await put(expired, "expired", START);
    await put(live, "live", new Date(START.getTime() + MILLISECOND));
    return { sessions, store, events };
  }

  it("deletes every expired row and no other, batch by batch", async () => {
    const { sessions, store, events } = await table({ expired: 5, live: 2 });
    const progress: number[] = [];
    expect(await sessions.clearExpired({ batchSize: 2, onProgress: ({ deleted }) => progress.push(deleted) })).toBe(5);
    expect(progress).toEqual([2, 4, 5]);
    expect(events.map((event) => event.type === "expiredDeleted" && event.count)).toEqual([2, 2, 1]);
    expect(await store.find(storedKey("expired4"))).toBeUndefined();
    expect(await store.find(storedKey("live0"))).toBeDefined();
    expect(await store.find(storedKey("live1"))).toBeDefined();
  });

  it("deletes rows that expired one after the other by intervals, at most a batch each, and the rest by key", async () => {
    const { sessions, store, events } = await table({ expired: 0, live: 2 });
    for (const row of inSequence(rows(7, "expired", START))) await store.insert(row);
    const deleteExpired = store.deleteExpired.bind(store);
    const asked: string[] = [];
    store.deleteExpired = (which, at) => {
      asked.push(Object.keys(which).join());
      return deleteExpired(which, at);
    };
    expect(await sessions.clearExpired({ batchSize: 2 })).toBe(7);
    expect(asked).toEqual(["before", "from,before", "from,before", "keys"]);
    expect(events.map((event) => event.type === "expiredDeleted" && event.count)).toEqual([2, 2, 2, 1]);
    expect(await store.findExpired(LATER, 10)).toHaveLength(2);
  });

  it("deletes many rows of one date between others in batches, too", async () => {
    const { sessions, store, events } = await table({ expired: 0, live: 1 });
    for (const row of [...rows(2, "early", EARLIER), ...rows(5, "middle", START)]) await store.insert(row);
    for (const row of rows(2, "late", new Date(START.getTime() - MILLISECOND))) await store.insert(row);
    expect(await sessions.clearExpired({ batchSize: 2 })).toBe(9);
    for (const event of events) expect(event.type === "expiredDeleted" && event.count).toBeLessThanOrEqual(2);
    expect(await store.findExpired(LATER, 10)).toHaveLength(1);
  });

  it("deletes nothing where nothing has expired", async () => {
    const { sessions, events } = await table({ expired: 0, live: 2 });
    expect(await sessions.clearExpired()).toBe(0);
    expect(events).toEqual([]);
  });

  it("goes on where another cleaner took some and stopped", async () => {
    const { sessions, store } = await table({ expired: 5, live: 0 });
    let stolen = false;
    const steal = async () => {
      if (stolen) return;
      stolen = true;
      const { otherStore } = stores();
      await otherStore.deleteExpired({ keys: await keysOfExpired(otherStore, 2) }, START);
    };
    const deleteExpired = store.deleteExpired.bind(store);
    store.deleteExpired = async (which, at) => {
      if ("keys" in which) await steal();
      return deleteExpired(which, at);
    };
    expect(await sessions.clearExpired({ batchSize: 2 })).toBe(3);
    expect(await store.findExpired(START, 1)).toEqual([]);
  });

  it("keeps a row that is saved between the look at it and the DELETE, by a clock that is behind", async () => {
    const { sessions, store } = await table({ expired: 3, live: 0 });
    const deleteExpired = store.deleteExpired.bind(store);
    const [key, liveAt] = [storedKey("expired1"), new Date(START.getTime() - MILLISECOND)];
    const saved = { data: "saved", expireDate: LATER };
    store.deleteExpired = async (...args) => {
      await stores().otherStore.update(key, { liveAt, data: "" }, saved);
      return deleteExpired(...args);
    };
    expect(await sessions.clearExpired()).toBe(2);
    expect(await store.find(key)).toEqual(saved);
  });

  it("what is seen but cannot be deleted is an error that says what may be wrong, and what can is deleted", async () => {
    const { sessions, store } = await table({ expired: 5, live: 0 });
    const deleteExpired = store.deleteExpired.bind(store);
    const kept = storedKey("expired1");
    store.deleteExpired = (which, at) =>
      deleteExpired("keys" in which ? { keys: which.keys.filter((key) => key !== kept) } : which, at);
    await expect(sessions.clearExpired({ batchSize: 2 })).rejects.toMatchObject({
      code: "SESSION_CONFIG",
      message: expect.stringMatching(/cannot be deleted.*model of the primary/),
    });
    expect(await keysOfExpired(store, 10)).toEqual([kept]);
  });

  it("what is said to be deleted but is seen again is that error too", async () => {
    const { sessions, store } = await table({ expired: 3, live: 0 });
    store.deleteExpired = async () => 3; // a client extension that only marks rows
    await expect(sessions.clearExpired()).rejects.toMatchObject({ code: "SESSION_CONFIG" });
  });

  it("can be stopped while it waits", async () => {
    const { sessions, store } = await table({ expired: 1, live: 0 });
    const controller = new AbortController();
    const reason = new Error("shutting down");
    store.deleteExpired = async () => {
      setImmediate(() => controller.abort(reason));
      return 0;
    };
    await expect(sessions.clearExpired({ signal: controller.signal })).rejects.toBe(reason);
  });

  it("stops on its signal after the running batch, with the signal's reason", async () => {
    const { sessions, store } = await table({ expired: 5, live: 0 });
    const controller = new AbortController();
    const reason = new Error("shutting down");
    const work = sessions.clearExpired({
      batchSize: 2,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(work).rejects.toBe(reason);
    expect(await store.findExpired(START, 1)).toHaveLength(1);
    expect(await sessions.clearExpired()).toBe(3);
  });

  it("does nothing on a signal that was given before", async () => {
    const { sessions, store } = await table({ expired: 1, live: 0 });
    await expect(sessions.clearExpired({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(await store.findExpired(START, 1)).toHaveLength(1);
  });

  it.each([0, -1, 1.5, Number.NaN, 10_001])("a batch of %s rows is a ConfigError", async (batchSize) => {
    const { sessions } = await table({ expired: 0, live: 0 });
    await expect(sessions.clearExpired({ batchSize })).rejects.toMatchObject({ code: "SESSION_CONFIG" });
  });
});

describeEachStore("Two cleaners", (stores) => {
  const cleaner = (store: TestStores["store"]) => createSessions({ store, secret: SECRET, now: () => START });

  it("at once delete each row once, and leave none", async () => {
    const { store, otherStore } = stores();
    for (const row of [...rows(60, "expired", START), ...rows(3, "live", LATER)]) await store.insert(row);
    const deleted = await Promise.all([store, otherStore].map((each) => cleaner(each).clearExpired({ batchSize: 4 })));
    expect(deleted.reduce((sum, count) => sum + count)).toBe(60);
    expect(await store.findExpired(START, 1)).toEqual([]);
    expect(await Promise.all(rows(3, "live", LATER).map(({ key }) => store.find(key)))).not.toContain(undefined);
  });

  it("one after the other: one goes on where the other was stopped", async () => {
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

it("the batches grow while they are short, and get smaller after one that took long", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const store = memoryStore();
  for (const row of inSequence(rows(9000, "expired", EARLIER))) await store.insert(row);
  const batches: number[] = [];
  const deleteExpired: typeof store.deleteExpired = async (which, at) => {
    const count = await store.deleteExpired(which, at);
    batches.push(count);
    vi.advanceTimersByTime(batches.length === 6 ? 41 : batches.length === 7 ? 15 : 14);
    return count;
  };
  const sessions = createSessions({ store: { ...store, deleteExpired }, secret: SECRET, now: () => START });
  expect(await sessions.clearExpired()).toBe(9000);
  expect(batches).toEqual([100, 200, 400, 800, 1600, 3200, 1600, 1100]);
});

it("rows that a client extension only marks are an error too where they are more than a batch", async () => {
  const store = memoryStore();
  for (const row of inSequence(rows(5, "expired", EARLIER))) await store.insert(row);
  const deleteExpired: typeof store.deleteExpired = async () => 2;
  const sessions = createSessions({ store: { ...store, deleteExpired }, secret: SECRET, now: () => START });
  await expect(sessions.clearExpired({ batchSize: 2 })).rejects.toMatchObject({ code: "SESSION_CONFIG" });
});

it("sends a batch again that failed: after a rollback, and once after any other failure", async () => {
  const store = memoryStore();
  for (const row of rows(3, "expired", START)) await store.insert(row);
  const [deadlock, lost] = [new Error("deadlock"), new Error("connection lost")];
  const failures = [deadlock, deadlock, lost];
  const sessions = createSessions({
    store: {
      ...store,
      classifyError: (error) => (error === deadlock ? "retryable" : "unknown"),
      async deleteExpired(which, at) {
        const failure = failures.shift();
        if (failure) throw failure;
        return store.deleteExpired(which, at);
      },
    },
    secret: SECRET,
    now: () => START,
  });
  expect(await sessions.clearExpired({ batchSize: 2 })).toBe(3);
  await store.insert({ key: storedKey("another"), data: "", expireDate: START });
  failures.push(lost, lost);
  await expect(sessions.clearExpired()).rejects.toBe(lost);
});

it("does not count what a batch deleted whose answer was lost", async () => {
  const store = memoryStore();
  for (const row of inSequence(rows(3, "expired", EARLIER))) await store.insert(row);
  let isLost = false;
  const deleteExpired: typeof store.deleteExpired = async (...args) => {
    const count = await store.deleteExpired(...args);
    if (isLost) return count;
    isLost = true;
    throw new Error("connection lost");
  };
  const sessions = createSessions({ store: { ...store, deleteExpired }, secret: SECRET, now: () => START });
  expect(await sessions.clearExpired({ batchSize: 2 })).toBe(1);
  expect(await store.findExpired(START, 10)).toEqual([]);
});

describeEachDatabase("Clearing beside traffic", (db, { provider }) => {
  const hasOneWriter = provider === "sqlite";

  it("deletes by primary key, in a statement of its own", async () => {
    await db().prisma.session.createMany({ data: rows(3, "expired", START) });
    db().queries.length = 0;
    const store = db().store();
    expect(await store.deleteExpired({ keys: await keysOfExpired(store, 2) }, START)).toBe(2);
    expect(db().queries).toEqual([
      expect.stringMatching(
        /^SELECT [^,]*key., [^,]*expire_date. FROM .*expire_date. <= \S+ ORDER BY [^,]*expire_date. ASC LIMIT/,
      ),
      expect.stringMatching(/^DELETE FROM (?!.*SELECT).*key. IN \(/),
    ]);
  });

  it("keeps a row that was saved between the look at it and the DELETE, by a clock that is behind", async () => {
    const { session } = db().prisma;
    const store = db().store();
    await session.createMany({ data: rows(3, "expired", START) });
    const saved = storedKey("expired1");
    const keys = await keysOfExpired(store, 10);
    const change = { data: "saved", expireDate: LATER };
    expect(await (await db().connectStore()).update(saved, { liveAt: EARLIER, data: "" }, change)).toBe("updated");
    expect(await store.deleteExpired({ keys }, START)).toBe(2);
    expect(await session.findMany()).toEqual([{ key: saved, ...change }]);
  });

  it.for<[string, ExpiredRows]>([
    ["by key", { keys: [storedKey("expired0")] }],
    ["by an interval", { before: LATER }],
  ])("keeps a row whose save the DELETE had to wait for: %s", async ([, which], { skip }) => {
    skip(hasOneWriter, ONE_WRITER);
    const { session } = db().prisma;
    await session.createMany({ data: rows(1, "expired", START) });
    const key = storedKey("expired0");
    const { clearing } = await db().inTransaction(async (store) => {
      const guard = { liveAt: EARLIER, data: "" };
      await store.update(key, guard, { data: "saved", expireDate: LATER });
      const clearing = db().store().deleteExpired(which, START);
      for (let i = 0; i < 20; i++) await store.find(key); // meanwhile the DELETE has met the row
      return { clearing };
    });
    expect(await clearing).toBe(0);
    expect(await session.findMany()).toEqual([{ key, data: "saved", expireDate: LATER }]);
  });

  const tenRows = {
    "by key": async (store: SessionStore) => ({ keys: await keysOfExpired(store, 10) }),
    "by an interval": async (store: SessionStore) => ({
      before: (await store.findExpired(START, 1, { skip: 10 }))[0]?.expireDate ?? START,
    }),
  };
  it.for(Object.entries(tenRows))(
    "keeps no other session waiting while a batch is deleted: %s",
    async ([, batch], { skip }) => {
      skip(hasOneWriter, ONE_WRITER);
      const { prisma } = db();
      await prisma.session.createMany({
        data: [...inSequence(rows(100, "expired", START)), ...rows(200, "live", LATER)],
      });
      const traffic = await db().connectStore();
      const batchIsOpen = db().inTransaction(async (cleaner) => {
        expect(await cleaner.deleteExpired(await batch(cleaner), START)).toBe(10);
        const soon = new Date(START.getTime() + 1);
        for (const row of [...rows(5, "new", LATER), ...rows(5, "brief", soon)]) {
          expect(await traffic.insert(row)).toBe(true);
        }
        for (const { key } of rows(200, "live", LATER)) {
          const saved = { data: "saved", expireDate: LATER };
          expect(await traffic.update(key, { liveAt: START, data: "" }, saved)).toBe("updated");
          expect(await traffic.update(key, { liveAt: START, data: "saved" }, { expireDate: soon })).toBe("updated");
        }
        expect(await traffic.delete(storedKey("live7"))).toBe(true);
      });
      await batchIsOpen; // fails by its time limit if another session has to wait for the batch
    },
  );
});
