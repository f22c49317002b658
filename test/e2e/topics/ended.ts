import { describe, expect, it } from "vitest";
import { saveSession } from "../save-session.ts";
import type { OpenShop } from "../use-shop.ts";
import { forge, type Visitor } from "../visitor.ts";

/** What becomes of a form that is open when its session ends. */
export function endedTests(shop: OpenShop): void {
  describe("a session that ends while a form is open", () => {
    const ways: readonly [how: string, end: (visitor: Visitor) => Promise<void>][] = [
      ["it expired", () => shop.expireAll()],
      ["it was revoked", () => shop.sql("DELETE FROM session")],
      ["the browser dropped the cookie", ({ context }) => context.clearCookies()],
    ];

    describe.each(ways)("because %s", (how, end) => {
      it("loses nothing of what was typed", async () => {
        const visitor = await shop.arriveSignedIn();
        const note = visitor.page.getByLabel("Note for the courier");
        await note.fill("Ring twice.");
        await end(visitor);
        await visitor.press("Save the note");
        await visitor.alert("Your session has ended. What you entered is kept: please sign in again.");
        expect(await visitor.page.getByRole("link", { name: "Sign in" }).count()).toBe(1);

        await visitor.enterPassword();
        await visitor.see("This is what you typed. It is not saved yet.");
        expect(await note.inputValue()).toBe("Ring twice.");
        await visitor.press("Save the note");
        await visitor.page.getByRole("status").getByText("Your note for the courier is saved.").waitFor();
        expect(await note.inputValue()).toBe("Ring twice.");
        expect(await shop.query("SELECT note FROM user")).toEqual([{ note: "Ring twice." }]);
      });

      it("lets the cart begin anew with what was added", async () => {
        const visitor = await shop.visit();
        await visitor.press("Add Desk fern to cart");
        await visitor.see("Desk fern: 1 in your cart.");
        const key = await visitor.sessionKey();
        await end(visitor);
        await visitor.press("Add Harbour mug to cart");
        await visitor.see(
          how.includes("cookie")
            ? "Harbour mug: 1 in your cart."
            : "Your session had ended, so this is a new cart. Harbour mug: 1 in your cart.",
        );
        await visitor.page.getByRole("link", { name: "Cart 1 item" }).waitFor();
        expect(await visitor.sessionKey()).toMatch(/^[a-z0-9]{32}$/);
        expect(await visitor.sessionKey()).not.toBe(key);
      });

      it.each([
        ["", {}],
        [", without JavaScript", { javaScriptEnabled: false }],
      ])("keeps the whole cart when one line of it is changed%s", async (_, options) => {
        const visitor = await shop.arriveSignedIn(options);
        await visitor.go("/");
        await visitor.addMug();
        for (const product of ["Evening lamp", "Desk fern"]) {
          await visitor.press(`Add ${product} to cart`);
          await visitor.see(`${product}: 1 in your cart.`);
        }
        await visitor.follow("Cart 3 items");
        await visitor.heading("Your cart");
        await end(visitor);
        await visitor.press("One more: Evening lamp");
        await visitor.see("Your session had ended. What was in your cart is kept. Evening lamp: 2 in your cart.");
        await visitor.see("4 items");
        expect(await visitor.page.getByRole("main").getByRole("link", { name: "Sign in" }).count()).toBe(1);
        const cart = await (await visitor.page.request.get("/api/cart")).json();
        expect(cart.lines.map(({ product, quantity }: Record<string, unknown>) => [product, quantity])).toEqual([
          ["mug", 1],
          ["lamp", 2],
          ["plant", 1],
        ]);
        await visitor.press("Remove Desk fern");
        await visitor.see("3 items");
        expect(await visitor.page.getByText("had ended").count()).toBe(0);
      });

      it("keeps what was to be ordered", async () => {
        const visitor = await shop.arriveSignedIn();
        await visitor.go("/");
        await visitor.addMug();
        await visitor.go("/cart");
        await visitor.press("One more: Harbour mug");
        await visitor.see("Harbour mug: 2 in your cart.");
        await end(visitor);
        await visitor.press("Place the order");
        await visitor.alert("What you entered is kept: please sign in again.");
        await visitor.enterPassword();
        await visitor.press("Place the order");
        await visitor.see("Thank you. 2 things are on the way to you, in theory.");
      });
    });

    it("gives what was typed to nobody else who signs in after that", async () => {
      const visitor = await shop.arriveSignedIn();
      await visitor.page.getByLabel("Note for the courier").fill("Ring twice.");
      await shop.expireAll();
      await shop.sql("UPDATE user SET id = id + 1"); // the one who comes next has another number
      await visitor.press("Save the note");
      await visitor.alert("What you entered is kept");
      await visitor.enterPassword();
      await visitor.heading("Hello");
      expect(await visitor.page.getByLabel("Note for the courier").inputValue()).toBe("");
      const [row] = (await shop.rows()).filter(({ user_id }) => user_id !== null).slice(-1);
      expect(row?.data).not.toContain("Ring twice.");
    });

    it("is said to have kept something only where something was sent", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      for (const path of ["/sign-in?ended=1", "/sign-in?ended=kept"]) {
        await visitor.go(path);
        await visitor.alert("Your session has ended. Nothing was changed: please sign in again.");
      }
    });

    it.each(["", "-1", "1e3", "1.5", "9999999999", "__proto__"])(
      "keeps no note of what is no user: %j",
      async (user) => {
        const visitor = await shop.arriveSignedIn();
        await visitor.page.getByLabel("Note for the courier").fill("Ring twice.");
        await forge(visitor.page.locator("input[name=user]"), user);
        await shop.sql("DELETE FROM session");
        await visitor.press("Save the note");
        await visitor.alert("Your session has ended. Nothing was changed: please sign in again.");
        expect(await shop.rows()).toEqual([]);
      },
    );

    it("leads to the sign-in page when it ends while an action is at work on it", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      const key = await visitor.sessionKey();
      await whileEndingElsewhere(async () => {
        await visitor.press("Add Desk fern to cart");
        await visitor.alert("Your session has ended. Nothing was changed: please sign in again.");
      });
      expect(await visitor.sessionKey()).toBe(key);
      expect(await shop.rows()).toEqual([]);
    });

    it("keeps its cookie, which leads to the sign-in page and not around in a circle, until the next sign-in", async () => {
      const visitor = await shop.arriveSignedIn();
      const key = await visitor.sessionKey();
      await shop.sql("DELETE FROM session");
      for (const path of ["/account", "/account/devices", "/sign-in"]) {
        await visitor.go(path);
        await visitor.heading("Sign in");
        expect(await visitor.sessionKey()).toBe(key);
      }
      await visitor.go("/sign-in?next=/account");
      await visitor.enterPassword();
      await visitor.heading("Hello");
      expect(await visitor.sessionKey()).toMatch(/^[a-z0-9]{32}$/);
      expect(await visitor.sessionKey()).not.toBe(key);
      await visitor.signOut();
      expect(await visitor.cookie()).toBeUndefined();
    });

    it("leaves the page without a notice when it ends while the proxy takes that out of it", async () => {
      const key = await saveSession(shop, (session) => session.flash("notice", "Thank you."));
      expect((await shop.rows())[0]?.data).toContain("Thank you.");
      await whileEndingElsewhere(async () => {
        const response = await fetch(`${shop.url}/?notice=1`, { headers: { Cookie: `session=${key}` } });
        expect(response.status).toBe(200);
        const text = await response.text();
        expect(text).toContain(">Sign in</a>");
        expect(text).not.toContain("Thank you");
        expect(response.headers.getSetCookie()).toEqual([]);
      });
      expect(await shop.rows()).toEqual([]);
    });

    /** Another tab signs out between a request's reading and its writing: as far as the UPDATE can tell, just before it. */
    async function whileEndingElsewhere(work: () => Promise<void>): Promise<void> {
      await shop.sql(
        "CREATE TRIGGER elsewhere BEFORE UPDATE ON session BEGIN DELETE FROM session; SELECT RAISE(IGNORE); END",
      );
      try {
        await work();
      } finally {
        await shop.sql("DROP TRIGGER elsewhere");
      }
    }
  });
}
