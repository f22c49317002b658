import { describe, expect, it } from "vitest";
import { memorySessions, START, storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";

const inSeconds = (seconds: number) => new Date(START.getTime() + seconds * 1000);

describe("expiry", () => {
  it("without one of its own: maxAge from now", () => {
    const session = memorySessions().sessions.open();
    expect(session.getExpiryAge()).toBe(TWO_WEEKS);
    expect(session.getExpiryDate()).toEqual(inSeconds(TWO_WEEKS));
    expect(memorySessions({ maxAge: 60 }).sessions.open().getExpiryAge()).toBe(60);
  });

  it("by seconds: from now, and from a modification that is given", () => {
    const session = memorySessions().sessions.open();
    session.setExpiry(10);
    expect(session.getExpiryAge()).toBe(10);
    expect(session.getExpiryDate()).toEqual(inSeconds(10));
    expect(session.getExpiryDate({ modification: inSeconds(5) })).toEqual(inSeconds(15));
    expect(session.getExpiryAge({ modification: inSeconds(5) })).toBe(10);
  });

  it("by a date: fixed, whatever the modification", () => {
    const session = memorySessions().sessions.open();
    session.setExpiry(inSeconds(10));
    expect(session.getExpiryAge()).toBe(10);
    expect(session.getExpiryAge({ modification: inSeconds(4) })).toBe(6);
    expect(session.getExpiryDate({ modification: inSeconds(4) })).toEqual(inSeconds(10));
  });

  it("rounds an age down, also one that is past, as Django does", () => {
    const session = memorySessions().sessions.open();
    expect(session.getExpiryAge({ expiry: inSeconds(1.9) })).toBe(1);
    expect(session.getExpiryAge({ expiry: inSeconds(-0.5) })).toBe(-1);
  });

  it("zero: until the browser closes, and maxAge in the table", () => {
    const session = memorySessions().sessions.open();
    session.setExpiry(0);
    expect(session.getExpireAtBrowserClose()).toBe(true);
    expect(session.getExpiryAge()).toBe(TWO_WEEKS);
    expect(session.getExpiryDate()).toEqual(inSeconds(TWO_WEEKS));
  });

  it("null: back to what the options say", () => {
    const session = memorySessions({ maxAge: 60, expireAtBrowserClose: true }).sessions.open();
    session.setExpiry(10);
    expect(session.getExpireAtBrowserClose()).toBe(false);
    session.setExpiry(null);
    expect(session.getExpiryAge()).toBe(60);
    expect(session.getExpireAtBrowserClose()).toBe(true);
  });

  it("null where there was none modifies nothing", () => {
    const session = memorySessions().sessions.open();
    session.setExpiry(null);
    expect([session.accessed, session.modified]).toEqual([true, false]);
  });

  it("setting one is access and modification; asking is access", () => {
    const session = memorySessions().sessions.open();
    const { sessions } = memorySessions();
    const questions = ["getExpiryAge", "getExpiryDate", "getExpireAtBrowserClose"] as const;
    const asked = questions.map((question) => {
      const each = sessions.open();
      each[question]();
      return [each.accessed, each.modified];
    });
    expect(asked).toEqual(questions.map(() => [true, false]));
    session.setExpiry(10);
    expect(session.modified).toBe(true);
  });

  it("given as an argument, it needs no loading, and null stands for maxAge", () => {
    const session = memorySessions({ maxAge: 60 }).sessions.open(UNKNOWN_KEY);
    expect(session.getExpiryAge({ expiry: 10 })).toBe(10);
    expect(session.getExpiryAge({ expiry: null })).toBe(60);
    expect(session.getExpiryAge({ expiry: 0 })).toBe(60);
    expect(session.getExpiryDate({ expiry: null })).toEqual(inSeconds(60));
    expect(session.getExpiryDate({ expiry: inSeconds(3) })).toEqual(inSeconds(3));
    expect(session.getExpiryDate({ expiry: 10, modification: inSeconds(5) })).toEqual(inSeconds(15));
    expect(session.accessed).toBe(false);
  });

  it("the option expireAtBrowserClose holds until the session has an expiry of its own", () => {
    const session = memorySessions({ expireAtBrowserClose: true }).sessions.open();
    expect(session.getExpireAtBrowserClose()).toBe(true);
    session.setExpiry(10);
    expect(session.getExpireAtBrowserClose()).toBe(false);
    expect(memorySessions().sessions.open().getExpireAtBrowserClose()).toBe(false);
  });

  it.each([
    ["seconds", 10],
    ["a date", inSeconds(10.123)],
    ["the browser's end", 0],
  ])("by %s comes back from the table", async (_, expiry) => {
    const { sessions } = memorySessions();
    const session = sessions.open();
    session.setExpiry(expiry);
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    expect(loaded.getExpiryDate()).toEqual(session.getExpiryDate());
    expect(loaded.getExpireAtBrowserClose()).toBe(expiry === 0);
  });

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(Number.NaN),
    new Date("+010000-01-01"),
    new Date("1969-12-31"),
    "tomorrow",
    undefined,
  ])("%s is refused with a clear error", (value) => {
    const session = memorySessions().sessions.open();
    expect(() => session.setExpiry(value as number)).toThrow(
      /the expiry must be seconds, a Date of the years 1970 to 9999/,
    );
    expect(session.modified).toBe(false);
  });

  it("more than 400 days in seconds are refused, because they are mostly milliseconds", () => {
    const session = memorySessions().sessions.open();
    session.setExpiry(400 * 86_400);
    expect(() => session.setExpiry(14 * 86_400_000)).toThrow(
      /must be at most 34560000 seconds \(400 days\).*Did you mean milliseconds\?/,
    );
    expect(session.getExpiryAge()).toBe(400 * 86_400);
  });

  it("seconds that lead to a date before every date column's first end at the nearest that fits", () => {
    const session = memorySessions().sessions.open();
    session.setExpiry(-1e18);
    expect(session.getExpiryDate()).toEqual(new Date(0));
  });

  it.each([["rubbish"], [true], [null], [{}]])(
    "an own expiry that is %j in the table counts as none",
    async (value) => {
      const { sessions } = memorySessions({
        // A codec without a signature, so that the table can say anything.
        codec: { encode: (text) => text, decode: () => JSON.stringify({ _session_expiry: value }) },
      });
      const session = sessions.open();
      await session.save();
      expect((await sessions.load(session.sessionKey)).getExpiryAge()).toBe(TWO_WEEKS);
    },
  );

  it("a date that is past expires the session", async () => {
    const { sessions } = memorySessions();
    const session = sessions.open();
    session.setExpiry(-1);
    await session.save();
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });
});

describe("a row whose date is none", () => {
  it("counts as expired", async () => {
    const { sessions, store } = memorySessions();
    const session = sessions.open();
    await session.save();
    const find = store.find.bind(store);
    store.find = async (key) => ({ data: "", ...(await find(key)), expireDate: new Date(Number.NaN) });
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });
});

describe("absoluteMaxAge", () => {
  it("caps the expiry, and counts from the creation across saves and key changes", async () => {
    const { sessions, clock } = memorySessions({ maxAge: 60, absoluteMaxAge: 100 });
    const session = sessions.open();
    await session.save();
    clock.advance(50);
    await session.save();
    await session.cycleKey();
    expect(session.getExpiryDate()).toEqual(inSeconds(100));
    expect(session.getExpiryAge()).toBe(50);
    expect(session.getExpiryAge({ expiry: 60 })).toBe(60);
    clock.advance(49);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBe(session.sessionKey);
    clock.advance(1);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("survives clear(), before and after loading", async () => {
    const { sessions, clock } = memorySessions({ maxAge: 60, absoluteMaxAge: 100 });
    const session = sessions.open();
    await session.save();
    clock.advance(50);
    session.clear();
    await session.save();
    const unloaded = sessions.open(session.sessionKey);
    unloaded.clear();
    await unloaded.save();
    expect((await sessions.load(session.sessionKey)).getExpiryDate()).toEqual(inSeconds(100));
  });

  it("survives a second clear() while the first save looks for it", async () => {
    const { sessions, clock, store } = memorySessions({ absoluteMaxAge: 100 });
    const session = sessions.open();
    await session.save();
    clock.advance(50);
    const other = sessions.open(session.sessionKey);
    other.clear();
    const find = store.find.bind(store);
    store.find = async (key) => {
      other.clear();
      return find(key);
    };
    await other.save();
    store.find = find;
    await other.save();
    expect((await sessions.load(session.sessionKey)).getExpiryDate()).toEqual(inSeconds(100));
  });

  it("starts again at markAuthenticated(), and not at a cycled key or a save", async () => {
    const { sessions, clock } = memorySessions({ maxAge: 1000, absoluteMaxAge: 100 });
    const session = sessions.open();
    await session.save();
    clock.advance(40);
    await session.markAuthenticated();
    expect(session.getExpiryDate()).toEqual(inSeconds(140));
    clock.advance(40);
    await session.cycleKey();
    session.set("userId", 7);
    await session.save();
    expect((await sessions.load(session.sessionKey)).getExpiryDate()).toEqual(inSeconds(140));
    clock.advance(60);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("counts from the later start if another request has signed in concurrently", async () => {
    const { sessions, clock } = memorySessions({ absoluteMaxAge: 100 });
    const session = sessions.open();
    await session.save();
    const other = await sessions.load(session.sessionKey);
    clock.advance(40);
    await session.markAuthenticated();
    const newer = await sessions.load(session.sessionKey);
    other.set("note", "mine");
    await expect(other.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    clock.advance(10);
    newer.clear();
    await newer.save();
    expect((await sessions.load(session.sessionKey)).getExpiryDate()).toEqual(inSeconds(140));
  });

  it("set later, it counts from the creation, which every row knows", async () => {
    const before = memorySessions();
    const session = before.sessions.open();
    await session.save();
    const { sessions, clock } = memorySessions({ store: before.store, absoluteMaxAge: 100 });
    clock.advance(60);
    const loaded = await sessions.load(session.sessionKey);
    expect(loaded.getExpiryAge()).toBe(40);
    await loaded.save();
    clock.advance(40);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("lowered later, it ends a session whose row still lives", async () => {
    const { sessions, clock, store } = memorySessions({ absoluteMaxAge: 1000 });
    const session = sessions.open();
    await session.save();
    clock.advance(100);
    const lowered = memorySessions({ store, absoluteMaxAge: 50, now: clock.now });
    expect((await lowered.sessions.load(session.sessionKey)).sessionKey).toBeNull();
    expect(lowered.events).toEqual([{ type: "ended", reason: "expired", keyHash: expect.any(String) }]);
  });

  it("survives clear() while the row is being loaded", async () => {
    const { sessions, clock, store } = memorySessions({ absoluteMaxAge: 100 });
    const session = sessions.open();
    await session.save();
    clock.advance(50);
    const other = sessions.open(session.sessionKey);
    const find = store.find.bind(store);
    store.find = async (key) => {
      const row = await find(key);
      other.clear();
      return row;
    };
    await other.load();
    await other.save();
    store.find = find;
    expect((await sessions.load(session.sessionKey)).getExpiryDate()).toEqual(inSeconds(100));
  });

  it("a session of a row that went while it was cleared unseen is an UpdateError", async () => {
    const { sessions } = memorySessions({ absoluteMaxAge: 100 });
    const session = sessions.open(UNKNOWN_KEY);
    session.clear();
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });
});

describe("refresh", () => {
  it("does nothing without refreshAfter", async () => {
    const { sessions, clock } = memorySessions();
    const session = sessions.open();
    await session.save();
    clock.advance(1000);
    expect(await session.refresh()).toBe(false);
  });

  it("moves the expiry on, but not before refreshAfter, and nothing else", async () => {
    const { sessions, clock, store } = memorySessions({ maxAge: 100, refreshAfter: 10 });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    clock.advance(9);
    expect(await (await sessions.load(session.sessionKey)).refresh()).toBe(false);
    clock.advance(1);
    const reader = sessions.open(session.sessionKey);
    const updates: unknown[] = [];
    const update = store.update.bind(store);
    store.update = (key, guard, changes) => {
      updates.push(changes);
      return update(key, guard, changes);
    };
    expect(await reader.refresh()).toBe(true);
    expect(updates).toEqual([{ expireDate: inSeconds(110) }]);
    expect(await reader.refresh()).toBe(false);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("never revives a row that is gone or expired, and makes none", async () => {
    const { sessions, clock } = memorySessions({ maxAge: 100, refreshAfter: 10 });
    const session = sessions.open();
    await session.save();
    const reader = await sessions.load(session.sessionKey);
    clock.advance(20);
    await session.destroy();
    expect(await reader.refresh()).toBe(false);
    expect(await sessions.open().exists(String(session.sessionKey))).toBe(false);
    expect(await sessions.open().refresh()).toBe(false);
    const expiring = sessions.open();
    await expiring.save();
    clock.advance(100);
    expect(await expiring.refresh()).toBe(false);
    expect((await sessions.load(expiring.sessionKey)).sessionKey).toBeNull();
  });

  it("goes by what is in the row: neither by what was not saved yet, nor over what another request replaced", async () => {
    const { sessions, clock, store } = memorySessions({ maxAge: 100, refreshAfter: 10 });
    const session = sessions.open();
    session.setExpiry(50);
    await session.save();
    const [cleared, stale] = [await sessions.load(session.sessionKey), await sessions.load(session.sessionKey)];
    clock.advance(20);
    cleared.clear();
    expect(await cleared.refresh()).toBe(true);
    expect((await store.find(storedKey(session.sessionKey)))?.expireDate).toEqual(inSeconds(70));
    session.setExpiry(30);
    await session.save();
    expect(await stale.refresh()).toBe(false);
    expect((await store.find(storedKey(session.sessionKey)))?.expireDate).toEqual(inSeconds(50));
  });

  it("does not move a fixed date, or go beyond absoluteMaxAge", async () => {
    const { sessions, clock } = memorySessions({ maxAge: 100, refreshAfter: 10, absoluteMaxAge: 105 });
    const fixed = sessions.open();
    fixed.setExpiry(inSeconds(60));
    const capped = sessions.open();
    await fixed.save();
    await capped.save();
    clock.advance(50);
    expect(await fixed.refresh()).toBe(false);
    expect(await capped.refresh()).toBe(false);
  });
});
