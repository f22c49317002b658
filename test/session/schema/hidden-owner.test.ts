import { expect, it } from "vitest";
import { z } from "zod";
import { describeEachOwnedStore } from "../../security/owned-stores.ts";
import { savedBy, versions, zodShop } from "./versions.ts";

describeEachOwnedStore("The owner column of a hidden user", (stores) => {
  it("stays unchanged until the user is set or deleted, so that revoke() finds the session", async () => {
    const columns = (data: { userId?: unknown }) => ({
      userId: data.userId === undefined ? null : Number(data.userId),
    });
    const { older, newer } = versions(zodShop, { store: stores().store, columns });
    const key = await savedBy(older, { userId: "7" });
    const session = await newer.load(key);
    session.set("cart", []);
    await session.save();
    expect(await newer.list({ userId: 7 })).toHaveLength(1);
    session.delete("userId");
    await session.save();
    expect(await newer.list({ userId: 7 })).toHaveLength(0);
  });

  it("becomes null if the user is deleted while another value is hidden", async () => {
    const columns = (data: { userId?: unknown }) => ({ userId: Number(data.userId) || null });
    const { older, newer } = versions(zodShop, { store: stores().store, columns });
    const session = await newer.load(await savedBy(older, { userId: 7, cart: "bad" }));
    session.delete("userId");
    await session.save();
    expect(await newer.list({ userId: 7 })).toHaveLength(0);
    expect((await older.load(session.sessionKey)).toJSON()).toEqual({ cart: "bad" });
  });

  it("follows the other request's user if onConflict is overwrite", async () => {
    const columns = (data: { userId?: unknown }) => ({ userId: Number(data.userId) || null });
    const { older, newer } = versions(zodShop, { store: stores().store, columns, onConflict: "overwrite" });
    const session = await newer.load(await savedBy(older, { userId: "7", cart: [] }));
    const theirs = await older.load(session.sessionKey);
    theirs.set("userId", "9");
    await theirs.save();
    session.set("cart", [{ product: "tea", amount: 1 }]);
    await session.save();
    expect((await older.load(session.sessionKey)).get("userId")).toBe("9");
    expect(await newer.list({ userId: 9 })).toHaveLength(1);
  });

  it.each(["merge", "overwrite"] as const)(
    "stays as another request writes it during a save (%s)",
    async (onConflict) => {
      const ownerOf = (user: unknown) => (typeof user === "number" ? user : null);
      const { store } = stores();
      const { older } = versions(zodShop, {
        store,
        columns: (data: { user?: unknown }) => ({ userId: ownerOf(data.user) }),
      });
      const { newer, hidden } = versions(z.object({ user: z.object({ id: z.int() }).optional() }), {
        store,
        onConflict,
        columns: (data: { user?: { id?: unknown } }) => ({ userId: ownerOf(data.user?.id) }),
      });
      for (const { before, theirs } of [
        { before: { user: 7 }, theirs: { theme: "dark" } },
        { before: { theme: "light" }, theirs: { user: 7 } },
      ]) {
        const key = await savedBy(older, { cart: [], ...before });
        const session = await newer.load(key);
        const other = await older.load(key);
        other.update(theirs);
        await other.save();
        session.setExpiry(60);
        await session.save();
        expect(session.get("user")).toBeUndefined();
      }
      // An overwrite leaves nothing of what the other request wrote.
      const left = onConflict === "merge" ? 2 : 1;
      expect(hidden()).toEqual(Array(left).fill(["user"]));
      expect(await newer.list({ userId: 7 })).toHaveLength(left);
    },
  );
});
