import { describe, expect, it } from "vitest";
import { describeEachStore } from "../../stores.ts";
import { actors, busy, deadlock, lost, lostAgain, setNote, types } from "./support.ts";

const CART = { userId: 7, cart: ["tea"] };

describeEachStore("flush() whose DELETE fails", (stores) => {
  it.each([
    ["was applied", "applied", lost],
    ["was not applied", "lost", lost],
    ["was rolled back", "lost", deadlock],
  ] as const)("%s: it is sent again, and the row is gone", async (_, outcome, error) => {
    const { me, key, fail, exists } = await actors({}, stores);
    const deletes = fail("delete", outcome, [error]);
    await me.flush();
    expect([await exists(key), me.sessionKey, deletes.length]).toEqual([false, null, 2]);
  });

  it("fails twice: the error, and the session is as it was; another flush() ends it", async () => {
    const { me, key, fail, exists, events } = await actors({}, stores);
    const deletes = fail("delete", "lost", [lost, lostAgain]);
    await expect(me.flush()).rejects.toBe(lostAgain);
    expect([await exists(key), me.sessionKey, me.toJSON(), deletes.length]).toEqual([true, key, CART, 2]);
    await me.flush();
    expect([await exists(key), types(events)]).toEqual([false, ["ended"]]);
  });
});

describe("flush() that fails", () => {
  it("leaves nothing to save, and drops what was set in flight", async () => {
    const { me, fail } = await actors();
    fail("delete", "lost", [busy], () => me.set("userId", 9));
    await expect(me.flush()).rejects.toBe(busy);
    expect([me.toJSON(), me.modified, me.needsSave()]).toEqual([CART, false, false]);
  });

  it("leaves a clear() before it, or in flight, to be saved", async () => {
    for (const isBefore of [true, false]) {
      const { me, fail, change, read } = await actors();
      fail("delete", "lost", [busy], () => (isBefore ? undefined : me.clear()));
      if (isBefore) me.clear();
      await expect(me.flush()).rejects.toBe(busy);
      await change(setNote);
      await me.save();
      expect(await read()).toEqual({});
    }
  });
});

describe("destroy(sessionKey) whose DELETE fails", () => {
  it("is sent again once; the second error reaches the caller", async () => {
    const { theirs, me, fail, exists } = await actors();
    const other = theirs.open();
    await other.create();
    const deletes = fail("delete", "lost", [lost, lostAgain, lost]);
    await expect(me.destroy(other.sessionKey as string)).rejects.toBe(lostAgain);
    await me.destroy(other.sessionKey as string);
    expect([await exists(other.sessionKey), deletes.length]).toEqual([false, 4]);
  });
});
