import { describe, expect, it } from "vitest";
import type { OpenShop } from "../use-shop.ts";

export function withoutJavaScriptTests(shop: OpenShop): void {
  describe("without JavaScript", () => {
    it("somebody shops, signs in, orders, and signs out another device", async () => {
      const visitor = await shop.visit({ javaScriptEnabled: false });
      await visitor.addMug();
      await visitor.go("/sign-in?next=/cart");
      await visitor.enterPassword("wrong");
      await visitor.see("There is no account");
      await visitor.enterPassword();
      await visitor.press("One more: Harbour mug");
      await visitor.see("Harbour mug: 2 in your cart.");
      await visitor.press("Place the order");
      await visitor.see("Thank you. 2 things are on the way to you, in theory.");
      await visitor.page.reload();
      expect(await visitor.page.getByText("Thank you").count()).toBe(0);

      const other = await shop.arriveSignedIn({ javaScriptEnabled: false });
      await visitor.go("/account/devices");
      await visitor.page.getByRole("button", { name: "Sign out", exact: true }).last().click();
      await visitor.see("That device is signed out.");
      await other.go("/account");
      await other.heading("Sign in");
    });

    it("what was typed into a form outlives the session", async () => {
      const visitor = await shop.arriveSignedIn({ javaScriptEnabled: false });
      await visitor.page.getByLabel("Note for the courier").fill("Ring twice.");
      await shop.expireAll();
      await visitor.press("Save the note");
      await visitor.see("What you entered is kept");
      await visitor.enterPassword();
      expect(await visitor.page.getByLabel("Note for the courier").inputValue()).toBe("Ring twice.");
    });

    it("the page that needs it says so, and no button is shown that does nothing", async () => {
      const visitor = await shop.arrive({ javaScriptEnabled: false });
      await visitor.go("/twenty");
      await visitor.page.locator("noscript p").getByText("This page needs JavaScript").waitFor();
      expect(await visitor.page.getByRole("button", { name: "Light all twenty" }).count()).toBe(0);
      await visitor.go("/sign-in");
      expect(await visitor.page.getByRole("button", { name: "Fill it in" }).count()).toBe(0);
    });
  });
}
