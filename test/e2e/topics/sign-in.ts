import { describe, expect, it } from "vitest";
import { account } from "../shop.ts";
import type { OpenShop } from "../use-shop.ts";
import { Visitor } from "../visitor.ts";

export function signInTests(shop: OpenShop): void {
  describe("signing in", () => {
    it("is refused for a wrong password, with a message, and the address that was typed is kept", async () => {
      const visitor = await shop.arrive();
      await visitor.go("/sign-in");
      await visitor.enterPassword("wrong");
      await visitor.alert("There is no account with this email address and password.");
      expect(await visitor.page.getByLabel("Email address").inputValue()).toBe(account.email);
      expect(await visitor.context.cookies()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
    });

    it.each([
      "//example.com/a",
      "/.//example.com/a",
      "/\\example.com/a",
      "https://example.com/a",
      "javascript:alert(1)",
    ])("does not lead to another site: %s", async (next) => {
      const visitor = await shop.arrive();
      await visitor.go(`/sign-in?next=${encodeURIComponent(next)}`);
      await visitor.press("Fill it in");
      await visitor.press("Sign in");
      await visitor.page.waitForURL(`${shop.url}/?notice=1`);
      await visitor.page.getByRole("link", { name: account.name }).waitFor();
    });

    it("leads on to the page of the account that was asked for without a session", async () => {
      const visitor = await shop.visit();
      const response = await visitor.page.request.get("/account/devices", { maxRedirects: 0 });
      expect(response.status()).toBe(307); // by the proxy, before anything is rendered
      await visitor.go("/account/devices");
      await visitor.enterPassword();
      await visitor.heading("Your devices");
    });

    it("is confirmed by a notice, once, and so is signing out", async () => {
      const visitor = await shop.arrive();
      await visitor.signIn();
      const { page } = visitor;
      await page.getByRole("status").getByText(`You are signed in as ${account.name}.`).waitFor();
      await page.reload();
      await visitor.heading("Hello");
      expect(await page.getByText("You are signed in as").count()).toBe(0);
      await visitor.go("/?signed-out=1");
      await visitor.heading("A few good things");
      expect(await page.getByText("You are signed out.").count(), "of a user who is signed in").toBe(0);

      await visitor.go("/account");
      await visitor.signOut();
      await page.getByRole("status").getByText("You are signed out.").waitFor();
      await visitor.follow("Small Hours");
      await page.waitForURL(`${shop.url}/`);
      await page.getByText("You are signed out.").waitFor({ state: "detached" });
      expect(await shop.rows()).toEqual([]);
    });

    it("keeps the rest of the address that it leads to", async () => {
      const visitor = await shop.arrive();
      await visitor.go(`/sign-in?next=${encodeURIComponent("/cart?from=mail")}`);
      await visitor.enterPassword();
      await visitor.page.waitForURL(`${shop.url}/cart?from=mail&notice=1`);
      await visitor.see(`You are signed in as ${account.name}.`);
    });

    it("in two tabs at once ends signed in", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      const key = await visitor.sessionKey();
      const other = new Visitor(visitor.context, await visitor.context.newPage());
      const tabs = [visitor, other];
      for (const tab of tabs) {
        await tab.go("/sign-in?next=/account");
        await tab.press("Fill it in");
      }
      await Promise.all(tabs.map((tab) => tab.press("Sign in")));
      for (const tab of tabs) await tab.heading(`Hello, ${account.name}.`);
      for (const tab of tabs) {
        await tab.go("/account");
        await tab.heading(`Hello, ${account.name}.`);
      }
      const { count } = await (await visitor.page.request.get("/api/cart")).json();
      expect(count).toBe(1);
      expect(await visitor.sessionKey()).not.toBe(key);
      const withOldKey = await fetch(`${shop.url}/`, { headers: { Cookie: `session=${key}` } });
      expect(await withOldKey.text()).not.toContain(account.name);
    });

    it("works by keyboard alone", async () => {
      const visitor = await shop.visit();
      const { keyboard } = visitor.page;
      await keyboard.press("Tab");
      expect(await focused(visitor)).toBe("Skip to the content");
      await tabTo(visitor, "Sign in");
      await keyboard.press("Enter");
      await visitor.heading("Sign in");

      await tabTo(visitor, "Email address");
      await keyboard.type(account.email);
      await keyboard.press("Tab");
      await keyboard.type(account.password);
      await keyboard.press("Enter");
      await visitor.page.getByRole("link", { name: account.name }).waitFor();
    });
  });
}

/** What has the focus: its label, or its text. */
const focused = ({ page }: Visitor): Promise<string> =>
  page.evaluate(`(({ labels, textContent }) => labels?.[0]?.textContent ?? textContent)(document.activeElement)`);

async function tabTo(visitor: Visitor, name: string): Promise<void> {
  for (let pressed = 0; pressed < 20; pressed++) {
    await visitor.page.keyboard.press("Tab");
    if ((await focused(visitor)) === name) return;
  }
  throw new Error(`The Tab key does not lead to "${name}".`);
}
