import { createSessions } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../../stores.ts";
import { actors, deadlock, lost, lostAgain, NEW_SECRETS, ON_CONFLICT, setNote, types } from "./support.ts";

describeEachStore("refresh() whose UPDATE fails", (stores) => {
  it.each([
    ["was applied", "applied", lost],
    ["was not applied", "lost", lost],
    ["was rolled back", "lost", deadlock],
  ] as const)("%s: it is sent again", async (_, outcome, error) => {
    const { me, fail, clock, expireDate } = await actors({ maxAge: 3600 }, stores);
    clock.advance(60);
    const updates = fail("update", outcome, [error]);
    expect([await me.refresh(), await me.refresh()]).toEqual([true, false]);
    expect(updates).toHaveLength(2);
    expect(await expireDate()).toEqual(new Date(clock.now().getTime() + 3_600_000));
  });

  it("fails twice: the error; it is still due, and no write is in doubt", async () => {
    const { me, fail, change, clock, events } = await actors({ onConflict: "error" }, stores);
    clock.advance(60);
    fail("update", "lost", [lost, lostAgain]);
    await expect(me.refresh()).rejects.toBe(lostAgain);
    expect(await me.refresh()).toBe(true);
    await change(setNote);
    await me.save();
    expect(types(events)).toEqual(["refreshed", "saved"]);
  });
});

it.each(ON_CONFLICT)(
  "a refresh() of unknown outcome that wrote the data with a newer secret is no conflict (%s)",
  async (onConflict) => {
    for (const outcome of ["applied", "lost"] as const) {
      const { key, newDeployment, clock, store, fail, read } = await actors({ onConflict });
      const events: string[] = [];
      const onEvent = ({ type }: { readonly type: string }) => events.push(type);
      const options = { store, secret: NEW_SECRETS, now: clock.now, refreshAfter: 60, onConflict, onEvent };
      const me = await createSessions(options).load(key);
      clock.advance(60);
      fail("update", outcome, [lost]);
      await expect(me.refresh()).rejects.toBe(lost);
      me.set("userId", 8);
      await me.save();
      expect((await newDeployment.load(key)).get("userId")).toBe(8);
      expect(new Set(events)).toEqual(new Set(["loaded", "saved"]));
      expect(await read(), "the old secret does not open the row").toEqual({});
    }
  },
);
