import { createSessions, type SessionEvent } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "./stores.ts";
import { SECRET, START, storedKey } from "./support.ts";

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
    expect(events.map((event) => event.type === "cleared" && event.count)).toEqual([2, 2, 1]);
    expect(await store.find(storedKey("expired4"))).toBeUndefined();
    expect(await store.find(storedKey("live0"))).toBeDefined();
    expect(await store.find(storedKey("live1"))).toBeDefined();
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
      await stores().otherStore.deleteExpired(START, 2);
    };
    const deleteExpired = store.deleteExpired.bind(store);
    store.deleteExpired = async (at, limit) => {
      await steal();
      return deleteExpired(at, limit);
    };
    expect(await sessions.clearExpired({ batchSize: 2 })).toBe(3);
    expect(await store.hasExpired(START)).toBe(false);
  });

  it("leaves what it sees but cannot delete to whoever holds it, and can be stopped while it waits", async () => {
    const { sessions, store } = await table({ expired: 1, live: 0 });
    let tried = 0;
    const controller = new AbortController();
    store.deleteExpired = async () => {
      tried++;
      return 0;
    };
    expect(await sessions.clearExpired()).toBe(0);
    expect(tried).toBe(10);
    const reason = new Error("shutting down");
    const work = sessions.clearExpired({ signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(work).rejects.toBe(reason);
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
    expect(await store.hasExpired(START)).toBe(true);
    expect(await sessions.clearExpired()).toBe(3);
  });

  it("does nothing on a signal that was given before", async () => {
    const { sessions, store } = await table({ expired: 1, live: 0 });
    await expect(sessions.clearExpired({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    expect(await store.hasExpired(START)).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN])("a batch of %s rows is a ConfigError", async (batchSize) => {
    const { sessions } = await table({ expired: 0, live: 0 });
    await expect(sessions.clearExpired({ batchSize })).rejects.toMatchObject({ code: "SESSION_CONFIG" });
  });
});
