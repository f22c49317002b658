import { describe, expect, it } from "vitest";
import { describeEachStore } from "../../stores.ts";
import { actors, deadlock, lost, lostAgain, ON_CONFLICT, setNote, types } from "./support.ts";

const CART = { cart: ["tea"] };

describeEachStore("cycleKey() whose UPDATE fails", (stores) => {
  it.each(ON_CONFLICT)("was applied: the session has the new key (%s)", async (onConflict) => {
    const { me, key, keys, fail, read, exists, events } = await actors({ onConflict }, stores);
    const previousKeyHash = me.keyHash;
    const updates = fail("update", "applied", [lost]);
    me.set("userId", 8);
    await me.cycleKey();
    expect([keys, updates.length]).toEqual([[me.sessionKey], 1]);
    expect(await read(me.sessionKey)).toEqual({ userId: 8, ...CART });
    expect(await exists(key)).toBe(false);
    expect(events).toEqual([{ type: "rotated", keyHash: me.keyHash, previousKeyHash }]);
  });

  it("was not applied: it is sent again once, with the same key", async () => {
    const { me, key, keys, fail, read, exists } = await actors({}, stores);
    const updates = fail("update", "lost", [lost]);
    await me.cycleKey();
    expect([keys, updates.length]).toEqual([[me.sessionKey], 2]);
    expect([await read(me.sessionKey), await exists(key)]).toEqual([{ userId: 7, ...CART }, false]);
  });

  it("was rolled back: it is sent again with the same key", async () => {
    const { me, keys, fail } = await actors({}, stores);
    fail("update", "lost", [deadlock, deadlock]);
    await me.cycleKey();
    expect(keys).toEqual([me.sessionKey]);
  });

  it.each(["merge", "overwrite"] as const)(
    "was superseded: the conflict is resolved under the same new key (%s)",
    async (onConflict) => {
      const { me, key, keys, fail, change, read, exists } = await actors({ onConflict }, stores);
      fail("update", "lost", [lost], () => change(setNote));
      me.set("userId", 8);
      await me.cycleKey();
      const theirs = onConflict === "merge" ? { note: "theirs" } : {};
      expect(await read(me.sessionKey)).toEqual({ userId: 8, ...CART, ...theirs });
      expect([keys, await exists(key)]).toEqual([[me.sessionKey], false]);
    },
  );

  it("was superseded: a ConflictError, and the row keeps its key (error)", async () => {
    const { me, key, fail, change, read } = await actors({ onConflict: "error" }, stores);
    fail("update", "lost", [lost], () => change(setNote));
    me.set("userId", 8);
    await expect(me.cycleKey()).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
    expect([me.sessionKey, await read()]).toEqual([key, { userId: 7, ...CART, note: "theirs" }]);
  });

  it.each(["applied", "lost"] as const)("was %s, and the session is gone: an UpdateError", async (outcome) => {
    const { me, theirs, key, keys, fail, exists } = await actors({}, stores);
    fail("update", outcome, [lost], () => theirs.open(outcome === "applied" ? keys[0] : key).flush());
    await expect(me.cycleKey()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect([await exists(key), await exists(keys[0])]).toEqual([false, false]);
  });

  it("was applied, and cannot be read: the next save() finds the row under the new key", async () => {
    const { me, key, keys, leaveInDoubt, read, exists, events } = await actors({}, stores);
    const previousKeyHash = me.keyHash;
    leaveInDoubt("update", "applied");
    me.set("userId", 8);
    await expect(me.cycleKey()).rejects.toBe(lost);
    expect([me.sessionKey, await exists(keys[0])]).toEqual([key, true]);
    me.set("note", "since");
    await me.save();
    expect(await read(me.sessionKey)).toEqual({ userId: 8, ...CART, note: "since" });
    expect([keys, await exists(key)]).toEqual([[me.sessionKey], false]);
    expect(events[0]).toEqual({ type: "rotated", keyHash: me.keyHash, previousKeyHash });
  });

  it.each(["save", "cycleKey"] as const)(
    "was not applied, and cannot be read: the next %s() gives the row the same new key",
    async (next) => {
      const { me, key, keys, leaveInDoubt, read, exists } = await actors({}, stores);
      leaveInDoubt("update", "lost");
      me.set("userId", 8);
      await expect(me.cycleKey()).rejects.toBe(lost);
      expect([me.sessionKey, me.needsSave()]).toEqual([key, true]);
      await me[next]();
      expect([keys, await exists(key)]).toEqual([[me.sessionKey], false]);
      expect(await read(me.sessionKey)).toEqual({ userId: 8, ...CART });
      await me.save();
      expect([keys, me.needsSave()]).toEqual([[me.sessionKey], false]);
    },
  );

  it.each(["applied", "lost"] as const)("was %s, and cannot be read: flush() deletes both rows", async (outcome) => {
    const { me, key, keys, leaveInDoubt, exists, arrive } = await actors({}, stores);
    const updates = leaveInDoubt("update", outcome);
    await expect(me.cycleKey()).rejects.toBe(lost);
    expect(await exists(outcome === "applied" ? keys[0] : key)).toBe(true);
    await me.flush();
    expect(await arrive(updates[0])).toBe("unmatched");
    expect([await exists(key), await exists(keys[0])]).toEqual([false, false]);
  });
});

describe("after a cycleKey() of unknown outcome", () => {
  it("nothing is written under the old key: neither by refresh() nor by a save() that fails too", async () => {
    const { me, key, keys, leaveInDoubt, fail, count, clock } = await actors();
    leaveInDoubt("update", "lost");
    await expect(me.cycleKey()).rejects.toBe(lost);
    clock.advance(3600);
    const updates = count("update");
    expect([await me.refresh(), updates.length]).toEqual([false, 0]);
    fail("update", "lost", [lost, lostAgain]);
    await expect(me.save()).rejects.toBe(lostAgain);
    await me.save();
    expect([keys, keys[0] === key]).toEqual([[me.sessionKey], false]);
    for (const [, , changes] of updates) expect(changes).toHaveProperty("key");
    clock.advance(3600);
    expect(await me.refresh()).toBe(true);
  });

  it("another cycleKey() that finds it applied draws no further key", async () => {
    const { me, keys, leaveInDoubt } = await actors();
    leaveInDoubt("update", "applied");
    await expect(me.cycleKey()).rejects.toBe(lost);
    await me.cycleKey();
    expect(keys).toEqual([me.sessionKey]);
  });

  it("a session that was signed out stays signed out", async () => {
    const { me, they, key, keys, leaveInDoubt, exists } = await actors();
    leaveInDoubt("update", "lost");
    await expect(me.cycleKey()).rejects.toBe(lost);
    await they.flush();
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect([await exists(key), await exists(keys[0])]).toEqual([false, false]);
  });

  it.each(ON_CONFLICT)("and a save() of unknown outcome before it, both are decided (%s)", async (onConflict) => {
    for (const [first, second] of [
      ["applied", "lost"],
      ["lost", "applied"],
      ["lost", "lost"],
    ] as const) {
      const { me, key, keys, leaveInDoubt, read, exists } = await actors({ onConflict });
      leaveInDoubt("update", first);
      me.get("cart")?.push("milk");
      await expect(me.save()).rejects.toBe(lost);
      leaveInDoubt("update", second);
      await expect(me.cycleKey()).rejects.toBe(lost);
      me.set("note", "since");
      await me.save();
      expect(await read(me.sessionKey)).toEqual({ userId: 7, cart: ["tea", "milk"], note: "since" });
      expect([keys, await exists(key)]).toEqual([[me.sessionKey], false]);
    }
  });

  it("what was taken back is taken back under the new key", async () => {
    const { me, leaveInDoubt, read } = await actors();
    leaveInDoubt("update", "applied");
    me.set("userId", 8);
    await expect(me.cycleKey()).rejects.toBe(lost);
    me.set("userId", 7);
    await me.save();
    expect(await read(me.sessionKey)).toEqual({ userId: 7, ...CART });
  });

  it("a clear() replaces what is there, and the absolute lifetime goes on", async () => {
    const { me, theirs, leaveInDoubt, clock, read } = await actors({ absoluteMaxAge: 3600 });
    leaveInDoubt("update", "applied");
    await expect(me.cycleKey()).rejects.toBe(lost);
    clock.advance(600);
    me.clear();
    await me.save();
    expect(await read(me.sessionKey)).toEqual({});
    expect((await theirs.load(me.sessionKey)).getExpiryAge()).toBe(3000);
  });

  it("destroy() of another session leaves the row under the new key", async () => {
    const { me, keys, theirs, leaveInDoubt, exists } = await actors();
    const other = theirs.open();
    await other.create();
    leaveInDoubt("update", "applied");
    await expect(me.cycleKey()).rejects.toBe(lost);
    await me.destroy(other.sessionKey as string);
    expect([await exists(other.sessionKey), await exists(keys[0])]).toEqual([false, true]);
  });
});

describe.each(["cycleKey", "markAuthenticated"] as const)("%s()", (rotate) => {
  it("stays due if the row cannot be read first", async () => {
    const { mine, key, keys, fail, read, exists, clock } = await actors();
    const me = mine.open(key);
    fail("find", "lost", [lost, lostAgain]);
    await expect(me[rotate]()).rejects.toBe(lostAgain);
    clock.advance(3600);
    expect([await me.refresh(), me.needsSave()]).toEqual([false, true]);
    me.set("userId", 8);
    await me.save();
    expect([keys, await exists(key)]).toEqual([[me.sessionKey], false]);
    expect(await read(me.sessionKey)).toEqual({ userId: 8, ...CART });
  });

  it("after a clear() without a load, a failure does not bring anything back", async () => {
    for (const outcome of ["applied", "lost"] as const) {
      const { mine, key, leaveInDoubt, read, exists } = await actors();
      const me = mine.open(key);
      leaveInDoubt("update", outcome);
      me.clear();
      me.set("userId", 9);
      await expect(me[rotate]()).rejects.toBe(lost);
      await me.save();
      expect([await read(me.sessionKey), await exists(key)]).toEqual([{ userId: 9 }, false]);
    }
  });

  it("a save() that was called before it keeps the key", async () => {
    const { me, key, count } = await actors();
    const updates = count("update");
    await Promise.all([me.save(), me[rotate]()]);
    expect(updates.map(([, , changes]) => "key" in (changes as object))).toEqual([false, true]);
    expect(me.sessionKey).not.toBe(key);
  });
});

describe("markAuthenticated() that fails", () => {
  it("takes back the data and the time, and the next save() gives the new key", async () => {
    const { me, key, keys, fail, read, exists } = await actors();
    me.set("note", "mine");
    fail("update", "lost", [lost, lostAgain]);
    await expect(me.markAuthenticated({ userId: 8 })).rejects.toBe(lostAgain);
    expect([me.toJSON(), me.isFresh(60)]).toEqual([{ userId: 7, ...CART, note: "mine" }, false]);
    expect([me.sessionKey, me.needsSave()]).toEqual([key, true]);
    await me.save();
    expect(await read(me.sessionKey)).toEqual({ userId: 7, ...CART, note: "mine" });
    expect([keys, await exists(key), me.isFresh(60)]).toEqual([[me.sessionKey], false, false]);
  });

  it("takes them back where it was applied without an acknowledgement, too", async () => {
    const { me, theirs, leaveInDoubt } = await actors();
    leaveInDoubt("update", "applied");
    await expect(me.markAuthenticated({ userId: 8 })).rejects.toBe(lost);
    await me.save();
    const loaded = await theirs.load(me.sessionKey);
    expect([loaded.get("userId"), loaded.isFresh(60)]).toEqual([7, false]);
  });

  it("leaves an earlier time as it was", async () => {
    const { me, fail, clock } = await actors();
    await me.markAuthenticated();
    clock.advance(10);
    fail("update", "lost", [lost, lost]);
    await expect(me.markAuthenticated()).rejects.toBe(lost);
    expect([me.isFresh(10), me.isFresh(11)]).toEqual([false, true]);
  });

  it("leaves what is set, or cleared, in flight", async () => {
    const { me, theirs, fail } = await actors();
    await me.markAuthenticated();
    fail("update", "lost", [lost, lost], () => {
      me.clear();
      me.set("userId", 9);
    });
    await expect(me.markAuthenticated({ userId: 8, note: "signed in" })).rejects.toBe(lost);
    await me.save();
    const loaded = await theirs.load(me.sessionKey);
    expect([loaded.toJSON(), loaded.isFresh(60)]).toEqual([{ userId: 9 }, false]);
  });

  it("does not bring back a sign-in that another request has cleared", async () => {
    const { me, theirs, change, fail, clock } = await actors();
    await me.markAuthenticated();
    await change((they) => they.clear(), me.sessionKey);
    clock.advance(10);
    // The first UPDATE finds the row changed, the second is lost.
    fail("find", "lost", [deadlock], () => fail("update", "lost", [lost, lost]));
    await expect(me.markAuthenticated({ userId: 8 })).rejects.toBe(lost);
    await me.save();
    const loaded = await theirs.load(me.sessionKey);
    expect([loaded.toJSON(), loaded.isFresh(60)]).toEqual([{}, false]);
  });

  it("takes back the data of a new session that could not be inserted", async () => {
    const { me, they, fail } = await actors();
    await they.flush();
    fail("insert", "lost", [lost]);
    await expect(me.markAuthenticated({ userId: 8 })).rejects.toBe(lost);
    expect([me.sessionKey, me.toJSON(), me.isFresh(60), me.needsSave()]).toEqual([null, {}, false, false]);
  });

  it("ends signed in if its first try was applied and then the session was signed out", async () => {
    const { me, theirs, keys, fail, read, events } = await actors();
    fail("update", "applied", [lost], () => theirs.open(keys[0]).flush());
    await me.markAuthenticated({ userId: 8 });
    expect(await read(me.sessionKey)).toEqual({ userId: 8 });
    expect(types(events)).toEqual(["ended", "created", "signInRestarted"]);
  });
});
