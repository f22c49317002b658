import { describe, expect, it } from "vitest";
import { account } from "../shop.ts";
import type { OpenShop } from "../use-shop.ts";
import { Visitor } from "../visitor.ts";

/** Stands on the private page alone. */
const PRIVATE = "Ring twice.";

export function backButtonTests(shop: OpenShop): void {
  describe("the back button after signing out", () => {
    it.each([
      ["from page to page by links", {}],
      ["from page to page by links, without JavaScript", { javaScriptEnabled: false }],
    ])("shows nothing private: %s", async (_, options) => {
      const visitor = await shop.visit(options);
      await visitor.signIn();
      await visitor.page.getByLabel("Note for the courier").fill(PRIVATE);
      await visitor.press("Save the note");
      await visitor.see("Your note for the courier is saved.");
      await visitor.follow("Your devices");
      await visitor.heading("Your devices");
      await visitor.follow(account.name);
      await visitor.see(PRIVATE);
      await visitor.signOut();
      for (const path of ["/account", "/account/devices", "/account"]) {
        await visitor.goBack();
        await visitor.heading("Sign in");
        expect(await visitor.page.content(), path).not.toMatch(new RegExp(`${PRIVATE}|Key hash`));
      }
    });

    it("shows nothing private: by addresses, each a document of its own", async () => {
      const visitor = await shop.visit();
      await visitor.signIn();
      await visitor.page.getByLabel("Note for the courier").fill(PRIVATE);
      await visitor.press("Save the note");
      await visitor.see("Your note for the courier is saved.");
      await visitor.go("/account");
      await visitor.go("/account/devices");
      await visitor.go("/inside");
      await visitor.go("/account");
      await visitor.signOut();
      await visitor.go("/twenty");
      for (const heading of ["A few good things", "Sign in", "What the database knows", "Sign in", "Sign in"]) {
        await visitor.goBack();
        await visitor.heading(heading);
        expect(await visitor.page.content()).not.toMatch(new RegExp(`${PRIVATE}|Key hash|sha256`));
      }
    });

    it("shows nothing private: a page that the browser kept as it was, when another tab has signed out", async () => {
      const visitor = await shop.visit();
      await visitor.signIn();
      await visitor.page.getByLabel("Note for the courier").fill(PRIVATE);
      await visitor.press("Save the note");
      await visitor.see("Your note for the courier is saved.");
      const tab = new Visitor(visitor.context, await visitor.context.newPage());
      await tab.go("/account");
      await visitor.go("/account");
      await visitor.go("/twenty");
      await tab.signOut();
      await visitor.goBack();
      await visitor.heading("Sign in");
      expect(await visitor.page.content()).not.toContain(PRIVATE);
    });

    it("is not answered from a cache: private pages may not be stored", async () => {
      const visitor = await shop.visit();
      await visitor.signIn();
      for (const path of ["/account", "/account/devices", "/inside", "/cart", "/"]) {
        const response = await visitor.page.request.get(path);
        expect(response.headers()["cache-control"]).toContain("no-store");
      }
    });
  });
}
