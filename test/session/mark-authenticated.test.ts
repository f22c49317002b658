import { createSessions, type SessionEvent, type SessionsOptions } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, type ShopData, testClock } from "../support.ts";

describeEachStore("markAuthenticated()", (stores) => {
  /** Two requests that have loaded one anonymous session. `they` use connections of their own. */
  async function actors(options: Partial<SessionsOptions<ShopData>> = {}) {
    const { store, otherStore } = stores();
    const clock = testClock();
    const events: SessionEvent[] = [];
    const common = { secret: SECRET, now: clock.now, onEvent: (event: SessionEvent) => events.push(event), ...options };
    const mine = createSessions<ShopData>({ store, ...common });
    const theirs = createSessions<ShopData>({ store: otherStore, ...common });
    const session = mine.open();
    session.set("cart", ["tea"]);
    session.flash("notice", "Welcome");
    await session.save();
    const key = session.sessionKey as string;
    const [me, they] = [await mine.load(key), await theirs.load(key)];
    events.length = 0;
    return { mine, theirs, me, they, key, clock, events };
  }

  it("sets the data, gives a new key, notes the time and saves other changes", async () => {
    const { me, mine, key, clock, events } = await actors();
    me.set("note", "unsaved");
    await me.markAuthenticated({ userId: 7 });
    expect([me.sessionKey === key, me.modified, me.accessed]).toEqual([false, false, true]);
    expect((await mine.load(key)).sessionKey).toBeNull();
    const loaded = await mine.load(me.sessionKey);
    expect(loaded.toJSON()).toEqual({ cart: ["tea"], note: "unsaved", userId: 7 });
    clock.advance(60);
    expect([loaded.isFresh(60), loaded.isFresh(61)]).toEqual([false, true]);
    expect(events[0]).toMatchObject({ type: "rotated", keyHash: me.keyHash });
  });

  it("creates the row of a session that has none", async () => {
    const { mine } = await actors();
    const session = mine.open();
    session.set("cart", ["milk"]);
    await session.markAuthenticated({ userId: 7 });
    expect((await mine.load(session.sessionKey)).toJSON()).toEqual({ cart: ["milk"], userId: 7 });
  });

  it.each([
    ["was signed out", "flush"],
    ["was signed in by another request", "markAuthenticated"],
    ["got another key", "cycleKey"],
  ] as const)("with data starts a new session if the old one %s", async (_, end) => {
    const { me, they, mine, key, events } = await actors();
    await they[end]();
    const previousKeyHash = me.keyHash;
    me.set("note", "of the old session");
    me.setExpiry(60);
    await me.markAuthenticated({ userId: 7 });
    expect([me.sessionKey === key, me.sessionKey === they.sessionKey, me.modified]).toEqual([false, false, false]);
    const loaded = await mine.load(me.sessionKey);
    expect(loaded.toJSON(), "nothing of the old session comes along").toEqual({ userId: 7 });
    expect([loaded.isFresh(60), loaded.flash("notice"), loaded.getExpiryAge()]).toEqual([true, undefined, 1_209_600]);
    expect(events).toContainEqual({ type: "signInRestarted", keyHash: me.keyHash, previousKeyHash });
    await me.save();
    expect(me.toJSON()).toEqual({ userId: 7 });
  });

  it("with data starts a new session if the old one has expired, and its absolute lifetime begins", async () => {
    const { me, mine, clock } = await actors({ maxAge: 100, absoluteMaxAge: 150 });
    clock.advance(100);
    await me.markAuthenticated({ userId: 7 });
    clock.advance(90);
    await me.save();
    const loaded = await mine.load(me.sessionKey);
    expect([loaded.toJSON(), loaded.getExpiryAge()]).toEqual([{ userId: 7 }, 60]);
  });

  it("without data is an UpdateError if the session is gone, and makes no row", async () => {
    const { me, they, mine, key } = await actors();
    await they.flush();
    await expect(me.markAuthenticated()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect([me.sessionKey, me.isFresh(60)]).toEqual([key, false]);
    expect((await mine.load(key)).sessionKey).toBeNull();
  });

  it("with empty data counts as with data", async () => {
    const { me, they, mine } = await actors();
    await they.flush();
    await me.markAuthenticated({});
    const loaded = await mine.load(me.sessionKey);
    expect([loaded.toJSON(), loaded.isFresh(60)]).toEqual([{}, true]);
  });

  it("twice at once: both end signed in", async () => {
    const { me, they, mine } = await actors();
    await Promise.all([me.markAuthenticated({ userId: 7 }), they.markAuthenticated({ userId: 7 })]);
    const keys = [me.sessionKey, they.sessionKey];
    expect(new Set(keys).size).toBe(2);
    for (const key of keys) expect((await mine.load(key)).get("userId")).toBe(7);
  });

  it("takes the data back after a conflict that is not to be merged", async () => {
    const { me, they, mine, key } = await actors({ onConflict: "error" });
    they.set("note", "theirs");
    await they.save();
    await expect(me.markAuthenticated({ userId: 7 })).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
    expect([me.has("userId"), me.isFresh(60), me.sessionKey]).toEqual([false, false, key]);
    expect((await mine.load(key)).toJSON()).toEqual({ cart: ["tea"], note: "theirs" });
  });

  it("takes the data back if a value does not serialize, and refuses reserved names", async () => {
    const { me, mine, key } = await actors();
    const data = { userId: 7, note: new Date() };
    await expect(me.markAuthenticated(data)).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: "note" });
    await expect(me.markAuthenticated({ _session_expiry: 1 })).rejects.toThrow(TypeError);
    expect([me.toJSON(), me.isFresh(60)]).toEqual([{ cart: ["tea"] }, false]);
    expect((await mine.load(key)).toJSON()).toEqual({ cart: ["tea"] });
  });

  it("clear() makes a session no longer fresh, and keeps the start of its absolute lifetime", async () => {
    const { me, mine, clock } = await actors({ absoluteMaxAge: 100 });
    clock.advance(10);
    await me.markAuthenticated({ userId: 7 });
    clock.advance(10);
    me.clear();
    await me.save();
    const loaded = await mine.load(me.sessionKey);
    expect([loaded.isFresh(60), loaded.getExpiryAge()]).toEqual([false, 90]);
  });
});
