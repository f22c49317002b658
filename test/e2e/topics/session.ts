import { describe, expect, it } from "vitest";
import { account } from "../shop.ts";
import type { OpenShop } from "../use-shop.ts";

const EMPTY = { lines: [], count: 0, total: 0 };

/** The life of a session: from the first thing in the cart to the signing out. */
export function sessionTests(shop: OpenShop): void {
  describe("a session", () => {
    /** The cart as JSON, as anybody gets who has this key. */
    async function cartOf(key: string) {
      const response = await fetch(`${shop.url}/api/cart`, { headers: { Cookie: `session=${key}` } });
      expect(response.headers.getSetCookie()).toEqual([]);
      return response.json();
    }

    it("is not begun, neither by a cookie nor by a row, for a visitor who looks around", async () => {
      const { go, context } = await shop.visit();
      for (const path of [
        "/cart",
        "/sign-in",
        "/inside",
        "/twenty",
        "/account",
        "/?notice=1",
        "/api/cart",
        "/docs",
        "/nowhere",
      ]) {
        await go(path);
      }
      expect(await context.cookies()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
    });

    it("is one row and one cookie when something is put into the cart", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      expect(await visitor.cookie()).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/", secure: false });
      expect(await shop.rows()).toHaveLength(1);
      expect(await cartOf(await visitor.sessionKey())).toMatchObject({ count: 1, total: 1800 });

      await visitor.page.reload();
      await visitor.go("/cart");
      await visitor.see("€18.00 each");
      expect(await shop.rows()).toHaveLength(1);
    });

    it("leaves no key in the database", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      await visitor.signIn();
      const key = await visitor.sessionKey();
      expect(key).toMatch(/^[a-z0-9]{32}$/);
      const bytes = await shop.bytes();
      expect(bytes.includes("sha256.")).toBe(true);
      expect(bytes.includes(key)).toBe(false);
    });

    it("changes its key at sign-in, and keeps the cart", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      const before = await visitor.sessionKey();
      await visitor.signIn();

      const after = await visitor.sessionKey();
      expect(after).not.toBe(before);
      expect(await shop.rows()).toHaveLength(1);
      expect(await cartOf(before)).toEqual(EMPTY);
      expect(await cartOf(after)).toMatchObject({ count: 1 });
      await visitor.page.reload();
      await visitor.heading(`Hello, ${account.name}.`);
    });

    it("goes, row and cookie, at sign-out, and the old cookie opens nothing any more", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      await visitor.signIn();
      const key = await visitor.sessionKey();
      await visitor.signOut();

      expect(await visitor.context.cookies()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
      expect(await cartOf(key)).toEqual(EMPTY);
      await visitor.context.addCookies([{ name: "session", value: key, url: shop.url }]);
      await visitor.go("/account");
      await visitor.heading("Sign in");
      expect(await shop.rows()).toEqual([]);
    });

    it("is shown on its page as the row has it, and without its key", async () => {
      const visitor = await shop.arrive();
      await visitor.go("/inside");
      await visitor.see("You have no session yet.");
      await visitor.signIn();
      await visitor.follow("Your session");
      await visitor.heading("Your row");

      const [row] = await shop.rows();
      const shown = await visitor.page.locator(".row dd").allTextContents();
      const { key, expire_date, user_id, user_agent, signed_in_at, data } = row ?? {};
      const asShown = (date: string | null = "") => new Date(date ?? "").toISOString();
      expect(shown).toEqual([key, asShown(expire_date), `${user_id}`, user_agent, asShown(signed_in_at), data]);
      expect(data).toContain(`"userId":${user_id}`);
      const content = await visitor.page.content();
      expect(content).toContain(key);
      expect(content).not.toContain(await visitor.sessionKey());
    });
  });
}
