import { expect, it } from "vitest";
import { storedKey } from "../../support.ts";
import { describeTwoActors } from "./two-actors.ts";

describeTwoActors("The option onConflict", (twoActors) => {
  it('onConflict "error": save() throws ConflictError, writes nothing and keeps my change', async () => {
    const { me, they, read, events } = await twoActors({ onConflict: "error" });
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT", name: "ConflictError" });
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    expect([me.get("userId"), me.modified]).toEqual([8, true]);
    expect(events).toContainEqual({ type: "conflict", attempt: 1, keyHash: expect.any(String) });
  });

  it.each([
    { write: "save", onConflict: "error", code: "SESSION_CONFLICT" },
    { write: "cycleKey", onConflict: "merge", code: "SESSION_UPDATE" },
  ] as const)("of six requests that take one value, only one succeeds by $write with $onConflict", async (way) => {
    const { mine, theirs, key } = await twoActors({ onConflict: way.onConflict });
    const actors = await Promise.all(Array.from({ length: 6 }, (_, i) => (i % 2 ? mine : theirs).load(key)));
    const outcomes = await Promise.allSettled(
      actors.map((actor) => {
        expect(actor.pop("cart")).toEqual(["tea"]);
        return actor[way.write]();
      }),
    );
    const failed = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(failed.map(({ reason }) => reason.code)).toEqual(Array(5).fill(way.code));
  });

  it('onConflict "error": cycleKey() without a change keeps their change', async () => {
    const { me, they, mine } = await twoActors({ onConflict: "error" });
    they.set("note", "theirs");
    await they.save();
    await me.cycleKey();
    expect((await mine.load(me.sessionKey)).get("note")).toBe("theirs");
  });

  it('onConflict "overwrite": my data replace theirs', async () => {
    const { me, they, read, events } = await twoActors({ onConflict: "overwrite" });
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
    expect(events.map(({ type }) => type)).toEqual(["loaded", "overwritten", "saved", "loaded"]);
  });

  it('onConflict "overwrite": save() or cycleKey() without a change keeps their change', async () => {
    const { me, they, mine } = await twoActors({ onConflict: "overwrite" });
    they.set("note", "theirs");
    await they.save();
    await me.save();
    they.set("note", "theirs again");
    await they.save();
    await me.cycleKey();
    expect((await mine.load(me.sessionKey)).get("note")).toBe("theirs again");
  });

  it('onConflict "overwrite": a session that was signed out stays signed out', async () => {
    const { me, they, store, key } = await twoActors({ onConflict: "overwrite" });
    await they.flush();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toBeUndefined();
  });
});
