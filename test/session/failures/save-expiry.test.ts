import { describe, expect, it } from "vitest";
import { TWO_WEEKS } from "../../support.ts";
import { actors, lost, lostAgain, ON_CONFLICT, setNote, types } from "./support.ts";

const CART = { cart: ["tea"] };

describe("save() of the expiry alone", () => {
  it.each(ON_CONFLICT)("is resent once, whatever other requests wrote (%s)", async (onConflict) => {
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
