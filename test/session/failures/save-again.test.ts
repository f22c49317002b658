import { createSessions, memoryStore, type SessionStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { SECRET } from "../../support.ts";
import { actors, lost, ON_CONFLICT, setNote, types } from "./support.ts";

const CART = { cart: ["tea"] };

describe("save() after an error of unknown outcome", () => {
  it.each(ON_CONFLICT)("does not conflict with this session's own write (%s)", async (onConflict) => {
    const { me, leaveInDoubt, read, events } = await actors({ onConflict });
    leaveInDoubt("update", "applied");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("note", "since");
    await me.save();
    expect(await read()).toEqual({ userId: 8, ...CART, note: "since" });
    expect(new Set(types(events))).toEqual(new Set(["saved"]));
  });

  it.each(ON_CONFLICT)("finds which of several writes was applied (%s)", async (onConflict) => {
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

  it("reverts a change if the write was applied, is in flight, or has later writes", async () => {
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

  it("keeps another request's value if this session reverted a change that was never applied", async () => {
    const { me, leaveInDoubt, change, read } = await actors();
    leaveInDoubt("update", "lost");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    await change((they) => they.set("userId", 9));
    await me.save();
    expect(await read()).toEqual({ userId: 9, ...CART });
  });

  it("throws ConflictError with the cause each time if the outcome stays unknown, until a new load()", async () => {
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

  it("throws ConflictError if a newer secret protects the row, and overwrites nothing", async () => {
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

  it("saves changes and reverts that were made in flight", async () => {
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
  it("changes nothing, even if the session has the same data again as before the UPDATE", async () => {
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
  it("replaces the row once", async () => {
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

  it("must be saved again if it was not applied", async () => {
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

describe("save() that is resent after nine writes of another request", () => {
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
