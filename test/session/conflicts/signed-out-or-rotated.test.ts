import { expect, it } from "vitest";
import { storedKey } from "../../support.ts";
import { describeTwoActors } from "./two-actors.ts";

describeTwoActors("A concurrent sign-out or rotation", (twoActors) => {
  it("they sign out: my save throws UpdateError, and the session stays signed out", async () => {
    const { me, they, store, key } = await twoActors();
    await they.flush();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toBeUndefined();
  });

  it("they rotate the key: my save under the old key throws UpdateError", async () => {
    const { me, they, key, store, mine } = await twoActors();
    await they.cycleKey();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toBeUndefined();
    expect((await mine.load(they.sessionKey)).get("userId")).toBe(7);
  });

  it("I rotate the key: the row keeps the change that they saved", async () => {
    const { me, they, mine } = await twoActors();
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.cycleKey();
    expect((await mine.load(me.sessionKey)).toJSON()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it("both rotate the key: one wins, and there is one row", async () => {
    const { me, they, mine, key } = await twoActors();
    const outcomes = await Promise.allSettled([me.cycleKey(), they.cycleKey()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [winner, loser] = outcomes[0]?.status === "fulfilled" ? [me, they] : [they, me];
    expect((await mine.load(winner.sessionKey)).get("userId")).toBe(7);
    expect(loser.sessionKey).toBe(key);
    expect((await mine.load(key)).sessionKey).toBeNull();
  });

  it("they sign out: my flush() and destroy() of the same key do not throw", async () => {
    const { me, they, key } = await twoActors();
    await they.flush();
    await me.destroy(key);
    await me.flush();
    expect(me.isEmpty()).toBe(true);
  });
});
