import type { SessionsOptions } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { CODECS } from "../../codec/support.ts";
import { describeEachStore } from "../../stores.ts";
import { type ShopData, TWO_WEEKS } from "../../support.ts";
import { actors, busy, deadlock, lost, lostAgain, ON_CONFLICT, rejected, setNote, types } from "./support.ts";

const CART = { cart: ["tea"] };
/** What the row holds after a save of `userId: 8` met a row with a note of another request. */
const RESOLVED = { merge: { userId: 8, ...CART, note: "theirs" }, overwrite: { userId: 8, ...CART } };

describeEachStore("save() whose UPDATE fails", (stores) => {
  it.each(ON_CONFLICT)("was applied: save() succeeds without a resend (%s)", async (onConflict) => {
    const { me, fail, read, events } = await actors({ onConflict }, stores);
    const updates = fail("update", "applied", [lost]);
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, ...CART });
    expect([updates.length, me.modified, types(events)]).toEqual([1, false, ["saved"]]);
  });

  it.each(ON_CONFLICT)("was applied, and later writes exist: save() merges them (%s)", async (onConflict) => {
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

  it.each(ON_CONFLICT)("was not applied: save() resends the UPDATE once (%s)", async (onConflict) => {
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
    "was superseded: save() resolves the conflict like any other (%s)",
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

  it("was superseded: save() throws ConflictError (error)", async () => {
    const { me, fail, change, read } = await actors({ onConflict: "error" }, stores);
    fail("update", "lost", [lost], () => change(setNote));
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
    expect([await read(), me.get("userId")]).toEqual([{ userId: 7, ...CART, note: "theirs" }, 8]);
  });

  it.each(["applied", "lost"] as const)(
    "was %s, and the session was signed out: save() throws UpdateError",
    async (outcome) => {
      const { me, they, key, fail, exists } = await actors({}, stores);
      fail("update", outcome, [lost], () => they.flush());
      me.set("userId", 8);
      await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
      expect(await exists(key)).toBe(false);
    },
  );

  it("meets a session that has expired: save() succeeds if the UPDATE was applied, else throws UpdateError", async () => {
    for (const outcome of ["applied", "lost"] as const) {
      const { me, fail, clock } = await actors({}, stores);
      fail("update", outcome, [lost], () => clock.advance(TWO_WEEKS + 1));
      me.set("userId", 8);
      if (outcome === "applied") await me.save();
      else await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    }
  });

  it.each(ON_CONFLICT)("has an unknown outcome: save() throws the original error (%s)", async (onConflict) => {
    const { me, fail, change } = await actors({ onConflict }, stores);
    const updates = fail("update", "applied", [lost], async () => {
      for (let write = 0; write < 9; write++) await change((they) => they.set("userId", write));
    });
    me.set("userId", 100);
    await expect(me.save()).rejects.toBe(lost);
    expect(updates).toHaveLength(1);
  });

  it.each(ON_CONFLICT)(
    "cannot be read either: save() throws the original error, and the next save() applies nothing twice (%s)",
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

  it("met a deadlock: save() resends the UPDATE without reading the row", async () => {
    const { me, fail, count, read } = await actors({}, stores);
    const [updates, finds] = [fail("update", "lost", [deadlock, deadlock]), count("find")];
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, ...CART });
    expect([updates.length, finds.length]).toEqual([3, 0]);
  });

  it("after clear(): save() replaces earlier writes of other requests, but not later writes", async () => {
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

describe("the outcome of a write is found with every codec and serializer", () => {
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

describe("errors that show the outcome of the UPDATE", () => {
  const failing = async (options: Partial<SessionsOptions<ShopData>>, ...errors: Error[]) => {
    const all = await actors(options);
    const [updates, finds] = [all.fail("update", "lost", errors), all.count("find")];
    all.me.set("userId", 8);
    return { ...all, updates, finds };
  };

  it("rejected: save() throws the error, and no write is in doubt", async () => {
    const { me, change, read, updates, finds } = await failing({}, rejected);
    await expect(me.save()).rejects.toBe(rejected);
    expect([updates.length, finds.length]).toEqual([1, 0]);
    me.set("userId", 7);
    await change((they) => they.set("userId", 9));
    me.set("note", "mine");
    await me.save();
    expect(await read()).toEqual({ userId: 9, ...CART, note: "mine" });
  });

  it("fatal: save() throws the error without a reading, and the next save() finds the applied write", async () => {
    const { me, fail, count, read } = await actors();
    const [updates, finds] = [fail("update", "applied", [busy]), count("find")];
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(busy);
    expect([updates.length, finds.length]).toEqual([1, 0]);
    me.set("userId", 7);
    await me.save();
    expect(await read()).toEqual({ userId: 7, ...CART });
  });

  it("repeated deadlocks: save() throws the error of the last of 20 tries", async () => {
    const { me, read, updates } = await failing({}, ...Array<Error>(50).fill(deadlock));
    await expect(me.save()).rejects.toBe(deadlock);
    expect([updates.length, await read()]).toEqual([20, { userId: 7, ...CART }]);
  });

  it("deadlock: save() does not revive a session that has expired since", async () => {
    const { me, clock, read } = await failing({}, deadlock);
    const saved = me.save();
    clock.advance(TWO_WEEKS + 1);
    await expect(saved).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await read()).toEqual({});
  });
});
