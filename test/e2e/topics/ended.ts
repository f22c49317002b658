import { describe, expect, it } from "vitest";
import type { OpenShop } from "../use-shop.ts";
import type { Visitor } from "../visitor.ts";

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
        const visitor = await shop.visit();
        await visitor.signIn();
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

      it("keeps what was to be ordered", async () => {
        const visitor = await shop.visit();
        await visitor.addMug();
        await visitor.go("/sign-in?next=/cart");
        await visitor.enterPassword();
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
      const visitor = await shop.visit();
      await visitor.signIn();
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

    it("leads to the sign-in page when it ends while an action is at work on it", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      // Another tab signs out between this request's reading and its writing: as far as the UPDATE can tell, just before it.
      await shop.sql(
        "CREATE TRIGGER elsewhere BEFORE UPDATE ON session BEGIN DELETE FROM session; SELECT RAISE(IGNORE); END",
      );
      try {
        await visitor.press("Add Desk fern to cart");
        await visitor.alert("Your session has ended. Nothing was changed: please sign in again.");
      } finally {
        await shop.sql("DROP TRIGGER elsewhere");
      }
      expect(await visitor.context.cookies()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
    });
  });
}
