import { createSessions, memoryStore, type SessionStore, type SessionsOptions } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { CODECS } from "../../codec/support.ts";
import { describeEachStore } from "../../stores.ts";
import { SECRET, type ShopData, TWO_WEEKS } from "../../support.ts";
import { actors, busy, deadlock, lost, lostAgain, ON_CONFLICT, rejected, setNote, types } from "./support.ts";

const CART = { cart: ["tea"] };
/** What the row holds after a save of `userId: 8` met a row with a note of another request. */
const RESOLVED = { merge: { userId: 8, ...CART, note: "theirs" }, overwrite: { userId: 8, ...CART } };

describeEachStore("save() whose UPDATE fails", (stores) => {
  it.each(ON_CONFLICT)("was applied: it succeeds, and is not sent again (%s)", async (onConflict) => {
    const { me, fail, read, events } = await actors({ onConflict }, stores);
    const updates = fail("update", "applied", [lost]);
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, ...CART });
    expect([updates.length, me.modified, types(events)]).toEqual([1, false, ["saved"]]);
  });

  it.each(ON_CONFLICT)("was applied, and later writes exist: it takes them over (%s)", async (onConflict) => {
    const { me, fail, change, read } = await actors({ onConflict }, stores);
    const updates = fail("update", "applied", [lost], () =>
      change((they) => {
        they.set("note", [they.get("userId")]);
        they.delete("userId");
      }),
    );
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ ...CART, note: [8] });
    expect(me.toJSON()).toEqual({ ...CART, note: [8] });
    me.set("userId", 9);
    await me.save();
    expect(updates, "the second save has no conflict").toHaveLength(2);
  });

  it.each(ON_CONFLICT)("was not applied: it is sent again once (%s)", async (onConflict) => {
    const { me, fail, read, events } = await actors({ onConflict }, stores);
    const updates = fail("update", "lost", [lost]);
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, ...CART });
    expect([updates.length, types(events)]).toEqual([2, ["saved"]]);
    fail("update", "lost", [lost, lostAgain]);
    me.set("userId", 9);
    await expect(me.save()).rejects.toBe(lostAgain);
    expect([await read(), me.modified, me.needsSave()]).toEqual([{ userId: 8, ...CART }, true, true]);
    await me.save();
    expect(await read()).toEqual({ userId: 9, ...CART });
  });

  it.each(["merge", "overwrite"] as const)(
    "was superseded: the conflict is resolved like any other (%s)",
    async (onConflict) => {
      const { me, fail, change, read, events } = await actors({ onConflict }, stores);
      const updates = fail("update", "lost", [lost], () => change(setNote));
      me.set("userId", 8);
      await me.save();
      expect([await read(), me.toJSON()]).toEqual([RESOLVED[onConflict], RESOLVED[onConflict]]);
      expect(updates).toHaveLength(2);
      expect(types(events)).toEqual([onConflict === "merge" ? "merged" : "overwritten", "saved"]);
    },
  );

  it("was superseded: a ConflictError (error)", async () => {
    const { me, fail, change, read } = await actors({ onConflict: "error" }, stores);
    fail("update", "lost", [lost], () => change(setNote));
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
    expect([await read(), me.get("userId")]).toEqual([{ userId: 7, ...CART, note: "theirs" }, 8]);
  });

  it.each(["applied", "lost"] as const)("was %s, and the session is gone: an UpdateError", async (outcome) => {
    const { me, they, key, fail, exists } = await actors({}, stores);
    fail("update", outcome, [lost], () => they.flush());
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await exists(key)).toBe(false);
  });

  it("has expired since: it succeeds if it was applied, and is an UpdateError if not", async () => {
    for (const outcome of ["applied", "lost"] as const) {
      const { me, fail, clock } = await actors({}, stores);
      fail("update", outcome, [lost], () => clock.advance(TWO_WEEKS + 1));
      me.set("userId", 8);
      if (outcome === "applied") await me.save();
      else await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    }
  });

  it.each(ON_CONFLICT)("cannot be decided: the original error (%s)", async (onConflict) => {
    const { me, fail, change } = await actors({ onConflict }, stores);
    const updates = fail("update", "applied", [lost], async () => {
      for (let write = 0; write < 9; write++) await change((they) => they.set("userId", write));
    });
    me.set("userId", 100);
    await expect(me.save()).rejects.toBe(lost);
    expect(updates).toHaveLength(1);
  });

  it.each(ON_CONFLICT)(
    "cannot be read either: the original error, and save() again is right (%s)",
    async (onConflict) => {
      const { me, leaveInDoubt, change, read } = await actors({ onConflict }, stores);
      leaveInDoubt("update", "applied");
      me.get("cart")?.push("milk");
      await expect(me.save()).rejects.toBe(lost);
      await change((they) => they.set("cart", []));
      me.set("note", "since");
      expect(me.needsSave()).toBe(true);
      await me.save();
      expect(await read(), "the milk is not put in twice").toEqual({ userId: 7, cart: [], note: "since" });
    },
  );

  it("deadlock: it is sent again without a reading", async () => {
    const { me, fail, count, read } = await actors({}, stores);
    const [updates, finds] = [fail("update", "lost", [deadlock, deadlock]), count("find")];
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, ...CART });
    expect([updates.length, finds.length]).toEqual([3, 0]);
  });

  it("after clear(): it replaces what other requests write, and not what they write after it", async () => {
    const { me, fail, change, read } = await actors({}, stores);
    fail("update", "lost", [lost], () => change(setNote));
    me.clear();
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8 });
    fail("update", "applied", [lost], () => change(setNote));
    me.clear();
    await me.save();
    expect(await read()).toEqual({ note: "theirs" });
    expect(me.toJSON(), "what a clear() is to replace is not taken over").toEqual({ note: "theirs" });
  });
});

describe("what became of a write is decided alike by every codec and serializer", () => {
  const serializers = Object.entries({ JSON, superjson });
  const options = CODECS.flatMap((codec) => serializers.map((serializer) => [...codec, ...serializer] as const));
  it.each(options)("%s", async (_codec, codec, _serializer, serializer) => {
    const { me, fail, change, read } = await actors({ codec, serializer });
    fail("update", "applied", [lost], () => change(setNote));
    me.set("userId", 8);
    await me.save();
    fail("update", "lost", [lost], () => change((they) => they.delete("note")));
    me.set("userId", 9);
    await me.save();
    expect(await read()).toEqual({ userId: 9, ...CART });
  });
});

describe("save() after an error of unknown outcome", () => {
  it.each(ON_CONFLICT)("is no conflict with this session's own write (%s)", async (onConflict) => {
    const { me, leaveInDoubt, read, events } = await actors({ onConflict });
    leaveInDoubt("update", "applied");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("note", "since");
    await me.save();
    expect(await read()).toEqual({ userId: 8, ...CART, note: "since" });
    expect(new Set(types(events))).toEqual(new Set(["saved"]));
  });

  it.each(ON_CONFLICT)("decides of several writes, of which one was applied (%s)", async (onConflict) => {
    for (const isFirst of [true, false]) {
      const { me, leaveInDoubt, change, read } = await actors({ onConflict });
      leaveInDoubt("update", isFirst ? "applied" : "lost");
      me.set("userId", 8);
      await expect(me.save()).rejects.toBe(lost);
      leaveInDoubt("update", isFirst ? "lost" : "applied");
      me.set("note", "mine");
      await expect(me.save()).rejects.toBe(lost);
      await change((they) => they.delete("userId"));
      await me.save();
      expect(await read()).toEqual({ ...CART, note: "mine" });
    }
  });

  it("takes back what was taken back: the write was applied, is in flight, or was built upon", async () => {
    const { me, leaveInDoubt, change, read, arrive } = await actors();
    const takeBack = async () => {
      me.set("userId", 7);
      expect(me.needsSave()).toBe(true);
      await me.save();
      expect((await read()).userId).toBe(7);
    };
    leaveInDoubt("update", "applied");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await takeBack();
    const late = leaveInDoubt("update", "lost");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await takeBack();
    expect(await arrive(late[0])).toBe("unmatched");
    leaveInDoubt("update", "applied");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await change(setNote);
    await takeBack();
    expect([await read(), me.needsSave()]).toEqual([{ userId: 7, ...CART, note: "theirs" }, false]);
  });

  it("keeps another request's value where this session has taken back a change that was never applied", async () => {
    const { me, leaveInDoubt, change, read } = await actors();
    leaveInDoubt("update", "lost");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    await change((they) => they.set("userId", 9));
    await me.save();
    expect(await read()).toEqual({ userId: 9, ...CART });
  });

  it("is a ConflictError with the cause if nothing can be decided, again and again; load() starts afresh", async () => {
    const { mine, me, key, leaveInDoubt, change, read } = await actors();
    leaveInDoubt("update", "lost");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    for (let write = 0; write < 9; write++) await change((they) => they.set("note", write));
    for (let tries = 0; tries < 2; tries++) {
      await expect(me.save()).rejects.toMatchObject({
        code: "SESSION_CONFLICT",
        cause: lost,
        message: expect.stringContaining("sessions.load(session.sessionKey)"),
      });
    }
    expect(await read()).toEqual({ userId: 7, ...CART, note: 8 });
    const again = await mine.load(key);
    again.set("userId", 8);
    await again.save();
    expect(await read()).toEqual({ userId: 8, ...CART, note: 8 });
  });

  it("cannot decide where a newer secret protects the row, and overwrites nothing", async () => {
    const { me, key, newDeployment, fail } = await actors();
    fail("update", "applied", [lost], async () => {
      const they = await newDeployment.load(key);
      they.set("note", "theirs");
      await they.save();
    });
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT", cause: lost });
    expect((await newDeployment.load(key)).toJSON()).toEqual({ userId: 8, ...CART, note: "theirs" });
  });
});

describe("save() while another save() of the same object fails", () => {
  it("applies nothing twice", async () => {
    const { me, fail, change, read } = await actors();
    fail("update", "applied", [lost], () => change((they) => expect(they.flash("note")).toBe("once")));
    me.flash("note", "once");
    await Promise.all([me.save(), me.save()]);
    await change((they) => expect(they.flash("note"), "it was consumed").toBeUndefined());
    expect(await read()).toEqual({ userId: 7, ...CART });
  });

  it("saves what was changed, or set back, in flight", async () => {
    const { me, fail, change, read } = await actors();
    fail("update", "applied", [lost], async () => {
      await change(setNote);
      me.set("userId", 7);
    });
    me.set("userId", 8);
    await me.save();
    expect([me.get("userId"), me.modified]).toEqual([7, true]);
    await me.save();
    expect(await read()).toEqual({ userId: 7, ...CART, note: "theirs" });
    fail("update", "lost", [lost, lost], () => me.get("cart")?.push("milk"));
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea", "milk", "milk"], note: "theirs" });
  });
});

describe("an UPDATE that arrives late", () => {
  it("changes nothing, even if the session holds again what the UPDATE was based on", async () => {
    const { me, leaveInDoubt, change, read, arrive } = await actors();
    const late = leaveInDoubt("update", "lost");
    me.clear();
    me.set("userId", 9);
    await expect(me.save()).rejects.toBe(lost);
    await change(setNote);
    await change((they) => they.delete("note"));
    expect(await arrive(late[0])).toBe("unmatched");
    expect(await read()).toEqual({ userId: 7, ...CART });
  });
});

describe("clear() without a load, then a save() that fails", () => {
  it("replaces what is there, once", async () => {
    for (const outcome of ["applied", "lost"] as const) {
      const { mine, key, fail, change, read } = await actors();
      const me = mine.open(key);
      fail("update", outcome, [lost], () => change(setNote));
      me.clear();
      me.set("userId", 8);
      await me.save();
      expect(await read()).toEqual(outcome === "applied" ? { userId: 8, note: "theirs" } : { userId: 8 });
    }
  });

  it("remains to be saved if it was not applied", async () => {
    const { mine, key, leaveInDoubt, change, read } = await actors();
    const me = mine.open(key);
    leaveInDoubt("update", "lost");
    me.clear();
    await expect(me.save()).rejects.toBe(lost);
    await change(setNote);
    expect(me.needsSave()).toBe(true);
    await me.save();
    expect(await read()).toEqual({});
  });
});

describe("save() of the expiry alone", () => {
  it.each(ON_CONFLICT)("is sent again once, whatever other requests wrote (%s)", async (onConflict) => {
    for (const outcome of ["applied", "lost"] as const) {
      const { me, fail, change, clock, expireDate } = await actors({ onConflict });
      clock.advance(60);
      fail("update", outcome, [lost], () => change(setNote));
      await me.save();
      expect(me.toJSON()).toEqual({ userId: 7, ...CART, note: "theirs" });
      expect(await expireDate()).toEqual(new Date(clock.now().getTime() + TWO_WEEKS * 1000));
    }
  });

  it("throws the second error, and leaves no write in doubt", async () => {
    const { me, fail, change, read, events } = await actors({ onConflict: "error" });
    const updates = fail("update", "lost", [lost, lostAgain]);
    await expect(me.save()).rejects.toBe(lostAgain);
    await change(setNote);
    await me.save();
    expect(updates.map(([, , changes]) => Object.keys(changes as object))).toEqual(Array(4).fill(["expireDate"]));
    expect([await read(), types(events)]).toEqual([{ userId: 7, ...CART, note: "theirs" }, ["saved"]]);
  });
});

describe("errors that say what became of the UPDATE", () => {
  const failing = async (options: Partial<SessionsOptions<ShopData>>, ...errors: Error[]) => {
    const all = await actors(options);
    const [updates, finds] = [all.fail("update", "lost", errors), all.count("find")];
    all.me.set("userId", 8);
    return { ...all, updates, finds };
  };

  it("rejected: the error, and nothing is in doubt", async () => {
    const { me, change, read, updates, finds } = await failing({}, rejected);
    await expect(me.save()).rejects.toBe(rejected);
    expect([updates.length, finds.length]).toEqual([1, 0]);
    me.set("userId", 7);
    await change((they) => they.set("userId", 9));
    me.set("note", "mine");
    await me.save();
    expect(await read()).toEqual({ userId: 9, ...CART, note: "mine" });
  });

  it("fatal: the error, without a reading; the next save() finds what was applied", async () => {
    const { me, fail, count, read } = await actors();
    const [updates, finds] = [fail("update", "applied", [busy]), count("find")];
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(busy);
    expect([updates.length, finds.length]).toEqual([1, 0]);
    me.set("userId", 7);
    await me.save();
    expect(await read()).toEqual({ userId: 7, ...CART });
  });

  it("deadlocks without end: the error of the last of 20 tries", async () => {
    const { me, read, updates } = await failing({}, ...Array<Error>(50).fill(deadlock));
    await expect(me.save()).rejects.toBe(deadlock);
    expect([updates.length, await read()]).toEqual([20, { userId: 7, ...CART }]);
  });

  it("deadlock: a session that has expired since is not revived", async () => {
    const { me, clock, read } = await failing({}, deadlock);
    const saved = me.save();
    clock.advance(TWO_WEEKS + 1);
    await expect(saved).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await read()).toEqual({});
  });
});

describe("save() that is sent again after nine writes of another request", () => {
  it("throws the error of its first UPDATE, because its outcome is unknown", async () => {
    const table = memoryStore();
    const theirs = createSessions<{ n: number; mine: number }>({ store: table, secret: SECRET });
    const first = theirs.open();
    first.set("n", 0);
    await first.save();
    let sent = 0;
    const update: SessionStore["update"] = async (...args) => {
      if (++sent === 1) throw lost;
      for (let n = 1; n <= 9; n++) {
        const other = await theirs.load(first.sessionKey);
        other.set("n", n);
        await other.save();
      }
      return table.update(...args);
    };
    const mine = createSessions<{ n: number; mine: number }>({ store: { ...table, update }, secret: SECRET });
    const session = await mine.load(first.sessionKey);
    session.set("mine", 1);
    await expect(session.save()).rejects.toBe(lost);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT", cause: lost });
    expect((await theirs.load(first.sessionKey)).toJSON()).toMatchObject({ n: 9 });
  });
});
