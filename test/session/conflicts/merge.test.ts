import { expect, it } from "vitest";
import { storedKey } from "../../support.ts";
import { describeTwoActors } from "./two-actors.ts";

describeTwoActors("Concurrent changes", (twoActors) => {
  it("changes of different keys both survive", async () => {
    const { me, they, read, events } = await twoActors();
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
    expect(me.get("note")).toBe("theirs");
    expect(events.map(({ type }) => type)).toEqual(["loaded", "merged", "saved", "loaded"]);
  });

  it("a reference to a value still belongs to the session after a merge, unless they changed the value", async () => {
    const { me, they, read } = await twoActors();
    const cart = me.get("cart");
    they.set("note", "theirs");
    await they.save();
    await me.save();
    cart?.push("milk");
    they.set("note", "theirs again");
    await they.save();
    me.set("userId", 8);
    await me.save();
    cart?.push("bread");
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea", "milk", "bread"], note: "theirs again" });
  });

  it("the last change of the same key wins", async () => {
    const { me, they, read } = await twoActors();
    they.set("userId", 1);
    me.set("userId", 2);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 2, cart: ["tea"] });
  });

  it("the last change of the same key wins, even if they wrote the same value in between", async () => {
    const { me, they, store, read } = await twoActors();
    they.set("note", "same");
    await they.save();
    me.update({ userId: 8, note: "same" });
    const update = store.update.bind(store);
    let updates = 0;
    store.update = async (...args) => {
      if (++updates === 2) {
        they.set("note", "theirs");
        await they.save();
      }
      return update(...args);
    };
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "same" });
    expect(updates).toBe(3);
  });

  it("a key that only one of us deleted stays deleted", async () => {
    const { me, they, read } = await twoActors();
    they.delete("cart");
    me.delete("userId");
    await they.save();
    await me.save();
    expect(await read()).toEqual({});
  });

  it.each(["TEA", "téa", "tea ", "te\u00ADa"])(
    "a change to %j is found, although a collation may treat it as the old value",
    async (tea) => {
      const { me, they, read } = await twoActors();
      they.set("cart", [tea]);
      me.set("userId", 8);
      await they.save();
      await me.save();
      expect(await read()).toEqual({ userId: 8, cart: [tea] });
    },
  );

  it("a save without a change has no conflict, and keeps their change", async () => {
    const { me, they, read, events } = await twoActors();
    they.set("note", "theirs");
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    expect(events.map(({ type }) => type)).not.toContain("merged");
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it("a save without a change keeps the expiry that they set", async () => {
    const { me, they, store, key, clock } = await twoActors();
    they.setExpiry(60);
    await they.save();
    await me.save();
    expect((await store.find(storedKey(key)))?.expireDate).toEqual(new Date(clock.now().getTime() + 60_000));
  });

  it("they clear: my changes are merged into the row, but values that I only read are not", async () => {
    const { me, they, read } = await twoActors();
    me.set("userId", 8);
    they.clear();
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8 });
  });

  it("a value that was merged before a failed save does not count as my change in the next save", async () => {
    const { me, they, store, read } = await twoActors();
    const update = store.update.bind(store);
    they.set("note", "theirs");
    await they.save();
    let tries = 0;
    store.update = (...args) =>
      [2, 3].includes(++tries) ? Promise.reject(new Error("connection lost")) : update(...args);
    me.set("userId", 8);
    await expect(me.save()).rejects.toThrow("connection lost");
    they.delete("note");
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
  });

  it("an expiry that they set survives a merge", async () => {
    const { me, they, mine, key } = await twoActors();
    they.setExpiry(60);
    me.set("userId", 8);
    await they.save();
    await me.save();
    const loaded = await mine.load(key);
    expect([loaded.getExpiryAge(), loaded.get("userId")]).toEqual([60, 8]);
  });

  it("twelve concurrent saves of different keys are all kept", async () => {
    const { mine, theirs, key, read } = await twoActors();
    const actors = await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? mine : theirs).load(key)));
    await Promise.all(
      actors.map((actor, i) => {
        actor.set(`key${i}`, i);
        return actor.save();
      }),
    );
    expect(Object.keys(await read())).toHaveLength(14);
  });
});
