import { memoryStore, type SessionEvent } from "prisma-db-session";
import { afterEach, describe, expect, it, vi } from "vitest";
import { memorySessions, SECRET, START, storedKey, UNKNOWN_KEY } from "./support.ts";

const types = (events: readonly SessionEvent[]) => events.map(({ type }) => type);

describe("events", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("tell a session's life, and name it by one hash until its key changes", async () => {
    const { sessions, events } = memorySessions({ refreshAfter: 60 });
    const session = sessions.open();
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    loaded.set("userId", 7);
    await loaded.save();
    await loaded.cycleKey();
    await loaded.flush();
    expect(types(events)).toEqual(["created", "loaded", "saved", "rotated", "ended"]);
    const hashes = events.map((event) => "keyHash" in event && event.keyHash);
    expect(new Set(hashes.slice(0, 3)).size).toBe(1);
    expect(hashes[4]).toBe(hashes[3]);
    expect(hashes[3]).not.toBe(hashes[0]);
    expect(events[3]).toMatchObject({ type: "rotated", previousKeyHash: hashes[0] });
    expect(events[4]).toMatchObject({ type: "ended", reason: "flushed" });
  });

  it("tell of a sign-in that had to start a new session, and of the session before it", async () => {
    const { sessions, events } = memorySessions();
    const session = sessions.open();
    await session.save();
    const previousKeyHash = session.keyHash;
    await sessions.open().destroy(String(session.sessionKey));
    await session.markAuthenticated({ userId: 7 });
    expect(types(events)).toEqual(["created", "ended", "ended", "created", "signInRestarted"]);
    expect(events.at(-1)).toEqual({ type: "signInRestarted", keyHash: session.keyHash, previousKeyHash });
  });

  it("tell of conflicts: merged, overwritten and refused", async () => {
    for (const [onConflict, type] of [
      ["merge", "merged"],
      ["overwrite", "overwritten"],
      ["error", "conflict"],
    ] as const) {
      const { sessions, events } = memorySessions({ onConflict });
      const session = sessions.open();
      await session.save();
      const other = await sessions.load(session.sessionKey);
      other.set("note", "theirs");
      await other.save();
      events.length = 0;
      session.set("userId", 7);
      await session.save().catch(() => {});
      expect(events[0]).toEqual({ type, attempt: 1, keyHash: session.keyHash });
    }
  });

  it("tell how many expired rows were deleted", async () => {
    const { sessions, events, clock } = memorySessions({ maxAge: 60 });
    await sessions.open().save();
    clock.advance(60);
    await sessions.clearExpired();
    expect(events.at(-1)).toEqual({ type: "expiredDeleted", count: 1 });
  });

  it("tell what was wrong with a key, or with a row", async () => {
    const { sessions, events, clock, store } = memorySessions({ maxAge: 60 });
    await sessions.load("Malformed Key");
    await sessions.load(UNKNOWN_KEY);
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(String(session.sessionKey));
    await session.save().catch(() => {});
    const expiring = sessions.open();
    await expiring.save();
    const reader = await sessions.load(expiring.sessionKey);
    clock.advance(60);
    await sessions.load(expiring.sessionKey);
    await reader.save().catch(() => {});
    await store.insert({ key: storedKey("b".repeat(32)), data: "rubbish", expireDate: new Date("2031-01-01") });
    await sessions.load("b".repeat(32));
    expect(events.map(({ keyHash: _, ...event }: SessionEvent & { keyHash?: string }) => event)).toEqual([
      { type: "malformedKey" },
      { type: "unknownKey" },
      { type: "created" },
      { type: "ended", reason: "destroyed" },
      { type: "ended", reason: "gone" },
      { type: "created" },
      { type: "loaded" },
      { type: "ended", reason: "expired" },
      { type: "ended", reason: "expired" },
      { type: "suspicious" },
    ]);
  });

  it("carry neither a key, nor a stored key, nor data", async () => {
    const { sessions, events } = memorySessions();
    const session = sessions.open();
    session.set("note", "a private matter");
    await session.save();
    const keys = [session.sessionKey];
    await session.cycleKey();
    keys.push(session.sessionKey);
    await session.flush();
    const text = JSON.stringify(events);
    expect(text).not.toContain("private");
    for (const key of keys) {
      expect(text).not.toContain(String(key));
      expect(text).not.toContain(storedKey(key).slice(7, 23));
    }
  });

  it("none for an empty cookie or none", async () => {
    const { sessions, events } = memorySessions();
    await sessions.load("");
    await sessions.load(null);
    expect(events).toEqual([]);
  });

  it("by default, a suspicious row is warned of, and nothing else is said", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const store = memoryStore();
    const writer = memorySessions({ store });
    const session = writer.sessions.open();
    await session.save();
    const { onEvent: _, ...options } = { onEvent: undefined, store, secret: SECRET.toUpperCase(), now: () => START };
    const { createSessions } = await import("prisma-db-session");
    const reader = createSessions(options);
    await reader.load(UNKNOWN_KEY);
    expect(warn).not.toHaveBeenCalled();
    expect((await reader.load(session.sessionKey)).isEmpty()).toBe(true);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/did not verify.*keep the old one as the second/),
    );
    expect(warn.mock.lastCall?.[0]).not.toContain(session.sessionKey);
  });

  it("a listener may return a query that starts when it is waited for", async () => {
    let started = false;
    const query: PromiseLike<void> = {
      // biome-ignore lint/suspicious/noThenProperty: a query of Prisma's is such a thing
      then: (resolve) => {
        started = true;
        return Promise.resolve().then(resolve);
      },
    };
    await memorySessions({ onEvent: () => query })
      .sessions.open()
      .save();
    await vi.waitFor(() => expect(started).toBe(true));
  });

  it("a listener that throws or rejects is reported, and the request goes on", async () => {
    const error = vi.spyOn(console, "error").mockReturnValue();
    for (const onEvent of [
      () => {
        throw new Error("log is full");
      },
      async () => {
        throw new Error("log is away");
      },
    ]) {
      const session = memorySessions({ onEvent }).sessions.open();
      await session.save();
      expect(session.sessionKey).not.toBeNull();
    }
    await vi.waitFor(() => expect(error).toHaveBeenCalledTimes(2));
  });
});
