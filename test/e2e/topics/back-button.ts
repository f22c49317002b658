import { describe, expect, it } from "vitest";
import { account } from "../shop.ts";
import type { OpenShop } from "../use-shop.ts";
import { ACCOUNT_LINK, Visitor } from "../visitor.ts";
import { didAppear, watchFor } from "../watch.ts";

/** Stands on the private page alone. */
const PRIVATE = "Ring twice.";

/** Headless, all tabs are in front, always. */
const COME_TO_THE_FRONT = `document.dispatchEvent(new Event("visibilitychange"))`;

export function backButtonTests(shop: OpenShop): void {
  describe("the back button after signing out", () => {
    it.each([
      ["from page to page by links", {}],
      ["from page to page by links, without JavaScript", { javaScriptEnabled: false }],
    ])("shows nothing private: %s", async (_, options) => {
      const visitor = await shop.arriveSignedIn(options);
      await visitor.page.getByLabel("Note for the courier").fill(PRIVATE);
      await visitor.press("Save the note");
      await visitor.see("Your note for the courier is saved.");
      await visitor.follow("Your devices");
      await visitor.heading("Your devices");
      await visitor.follow(ACCOUNT_LINK);
      await visitor.see(PRIVATE);
      await visitor.signOut();
      for (const path of ["/account", "/account/devices", "/account"]) {
        await visitor.goBack();
        await visitor.heading("Sign in");
        expect(await visitor.page.content(), path).not.toMatch(new RegExp(`${PRIVATE}|This device`));
      }
    });

    it("shows nothing private: by addresses, each a document of its own", async () => {
      const visitor = await shop.arriveSignedIn();
      await visitor.page.getByLabel("Note for the courier").fill(PRIVATE);
      await visitor.press("Save the note");
      await visitor.see("Your note for the courier is saved.");
      await visitor.go("/account");
      await visitor.go("/account/devices");
      await visitor.go("/inside");
      await visitor.go("/account");
      await visitor.signOut();
      await visitor.go("/twenty");
      for (const heading of ["A few good things", "Sign in", "Your session in the database", "Sign in", "Sign in"]) {
        await visitor.goBack();
        await visitor.heading(heading);
        expect(await visitor.page.content()).not.toMatch(new RegExp(`${PRIVATE}|This device|sha256`));
      }
    });

    it("shows nothing private: a page that the browser kept as it was, when another tab has signed out", async () => {
      const visitor = await shop.arriveSignedIn();
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

    const elsewhere: readonly [where: string, signOut: (visitor: Visitor) => Promise<void>][] = [
      [
        "in another tab",
        async ({ context }) => {
          const tab = new Visitor(context, await context.newPage());
          await tab.go("/account");
          await tab.signOut();
        },
      ],
      [
        "from another device",
        async () => {
          const other = await shop.arriveSignedIn();
          await other.go("/account/devices");
          await other.press("Sign out everywhere else");
          await other.see("Signed out everywhere else: one device.");
        },
      ],
    ];

    describe.each(elsewhere)("%s", (_, signOut) => {
      it("shows nothing private for a moment: by links, which Next.js keeps the pages of", async () => {
        const visitor = await openWithNote();
        await visitor.follow("Your devices");
        await visitor.see("This device");
        await visitor.follow("Stress test");
        await visitor.heading("Twenty lamps at once");
        await signOut(visitor);
        await watchFor(visitor.page, [PRIVATE, `Hello, ${account.name}.`, "This device"]);
        for (const path of ["/account/devices", "/account"]) {
          await visitor.goBack();
          await visitor.page.waitForURL((url) => url.searchParams.get("next") === path);
          await visitor.heading("Sign in");
          expect(await didAppear(visitor.page), path).toBe(false);
        }
        await visitor.goBack();
        await visitor.heading("Sign in");
        await visitor.page.goForward({ waitUntil: "commit" });
        await visitor.heading("Sign in");
        expect(await didAppear(visitor.page), "forward").toBe(false);
      });

      it("shows nothing private for a moment: a document that the browser keeps is hidden, and asked for anew", async () => {
        const visitor = await openWithNote();
        // Chromium keeps a document only at times, so this says what it says then.
        await visitor.page.evaluate(`dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))`);
        await visitor.page.getByText(PRIVATE).waitFor({ state: "hidden" });
        await signOut(visitor);
        await watchFor(visitor.page, [PRIVATE, `Hello, ${account.name}.`]);
        await visitor.page.evaluate(`dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`);
        await visitor.heading("Sign in");
        expect(await didAppear(visitor.page)).toBe(false);
      });

      it("is found out by a tab that comes to the front again", async () => {
        const visitor = await openWithNote();
        await signOut(visitor);
        await visitor.page.evaluate(COME_TO_THE_FRONT);
        await visitor.heading("Sign in");
        expect(await visitor.page.content()).not.toContain(PRIVATE);
      });

      it("takes nothing away from who is typing in such a tab", async () => {
        const visitor = await openWithNote();
        await visitor.page.getByLabel("Note for the courier").fill("Ring three times.");
        await signOut(visitor);
        const { page } = visitor;
        const asked: string[] = [];
        page.on("request", (request) => {
          const isPrefetch = request.headers()["next-router-prefetch"] !== undefined;
          const isThisPage = new URL(request.url()).pathname === "/account";
          if (isThisPage && !isPrefetch) asked.push(request.method());
        });
        await page.evaluate(COME_TO_THE_FRONT);
        await visitor.press("Save the note");
        await visitor.alert("Your session has ended. What you entered is kept: please sign in again.");
        expect(asked[0]).toBe("POST"); // the form, and no refresh before it
        await visitor.enterPassword();
        expect(await page.getByLabel("Note for the courier").inputValue()).toBe("Ring three times.");
      });
    });

    async function openWithNote(): Promise<Visitor> {
      const visitor = await shop.arriveSignedIn();
      await visitor.page.getByLabel("Note for the courier").fill(PRIVATE);
      await visitor.press("Save the note");
      await visitor.see("Your note for the courier is saved.");
      return visitor;
    }

    it("is not answered from a cache: private pages may not be stored", async () => {
      const visitor = await shop.arriveSignedIn();
      for (const path of ["/account", "/account/devices", "/inside", "/cart", "/"]) {
        const response = await visitor.page.request.get(path);
        expect(response.headers()["cache-control"]).toContain("no-store");
      }
    });
  });
  describe("the back button otherwise", () => {
    it("leads back to where one was on the page, and forward again", async () => {
      const visitor = await shop.visit({ viewport: { width: 390, height: 600 } });
      const { page } = visitor;
      await page.waitForLoadState("networkidle"); // the links are Next.js's own then
      await page.evaluate("scrollTo(0, 900)");
      await page.getByRole("link", { name: "Documentation", exact: true }).scrollIntoViewIfNeeded();
      const scrolled = await page.evaluate("scrollY");
      expect(scrolled).toBeGreaterThan(600);
      await visitor.page.evaluate("document.querySelector('.cart-link').click()"); // where it is, without scrolling to it
      await visitor.heading("Your cart");
      await visitor.goBack();
      await visitor.heading("A few good things");
      await page.waitForFunction(`scrollY === ${scrolled}`);
      await page.goForward({ waitUntil: "commit" });
      await visitor.heading("Your cart");
    });

    it("shows what is in the cart now", async () => {
      const visitor = await shop.visit();
      await visitor.follow("Cart 0 items");
      await visitor.see("Nothing in it yet.");
      await visitor.follow("Small Hours");
      await visitor.addMug();
      await visitor.goBack();
      await visitor.see("€18.00 each");
    });

    it("shows no notice a second time", async () => {
      const visitor = await shop.arriveSignedIn();
      await visitor.press("Save the note");
      await visitor.see("Your note for the courier is saved.");
      await visitor.follow("Your devices");
      await visitor.heading("Your devices");
      await visitor.goBack();
      await visitor.heading("Hello");
      expect(await visitor.page.getByText("is saved").count()).toBe(0);
    });

    it("leaves the page as it is, and what was typed, where only a part of it was linked to", async () => {
      const visitor = await shop.arrive();
      await visitor.signIn();
      await visitor.page.getByLabel("Note for the courier").fill("Ring three times.");
      await visitor.page.evaluate("window.isTheSame = true");
      const skip = visitor.page.getByRole("link", { name: "Skip to the content" });
      await skip.focus();
      await skip.press("Enter");
      await visitor.page.waitForURL(/#content$/);
      expect(await visitor.page.evaluate("document.activeElement.id")).toBe("content");
      await visitor.goBack();
      await visitor.page.waitForURL(/account\?notice=1$/);
      expect(await visitor.page.getByLabel("Note for the courier").inputValue()).toBe("Ring three times.");
      expect(await visitor.page.evaluate("window.isTheSame")).toBe(true);
    });
  });
}
