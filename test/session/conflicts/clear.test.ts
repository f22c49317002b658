import { expect, it } from "vitest";
import { describeTwoActors } from "./two-actors.ts";

describeTwoActors("A concurrent clear()", (twoActors) => {
  it("a save after clear() replaces their data", async () => {
    const { me, they, read, events } = await twoActors();
    they.set("note", "theirs");
    me.clear();
    me.set("userId", 9);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 9 });
    expect(events.map(({ type }) => type)).toContain("overwritten");
  });

  it("a save after clear() replaces the row, even if the row changes between two attempts", async () => {
    const { me, they, store, read } = await twoActors();
    const update = store.update.bind(store);
    let first = true;
    store.update = async (...args) => {
      if (!first) return update(...args);
      first = false;
      they.set("note", "theirs");
      await they.save();
      return "unmatched";
    };
    me.clear();
    me.set("userId", 9);
    await me.save();
    expect(await read()).toEqual({ userId: 9 });
  });

  it("after a clear() whose save failed, the next save replaces the row", async () => {
    const { me, they, store, read } = await twoActors();
    const update = store.update.bind(store);
    store.update = () => Promise.reject(new Error("connection lost"));
    me.clear();
    await expect(me.save()).rejects.toThrow("connection lost");
    store.update = update;
    they.set("note", "theirs");
    await they.save();
    await me.save();
    expect(await read()).toEqual({});
  });
});
