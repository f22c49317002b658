import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { saveSession } from "../save-session.ts";
import { account } from "../shop.ts";
import type { OpenShop } from "../use-shop.ts";
import { forge, type Visitor } from "../visitor.ts";

const PHONE = {
  userAgent: "Mozilla/5.0 (Android 16; Mobile; rv:151.0) Gecko/151.0 Firefox/151.0",
  viewport: { width: 390, height: 844 },
};
const WINDOWS = { userAgent: "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0" };

export function devicesTests(shop: OpenShop): void {
  describe("two browsers at once", () => {
    async function openDevices(visitor: Visitor) {
      await visitor.go("/account/devices");
      await visitor.heading("Your devices");
    }
    const device = (visitor: Visitor, name: string) => visitor.page.getByRole("listitem").filter({ hasText: name });

    it("know of each other, and one can sign the other out", async () => {
      const [desk, phone] = [await shop.arrive(WINDOWS), await shop.arrive(PHONE)];
      await Promise.all([desk.signIn(), phone.signIn()]);
      await openDevices(desk);
      await device(desk, "Edge 156 on Windows").getByText("This device").waitFor();
      expect(await desk.page.getByText("This device").count()).toBe(1);
      const other = device(desk, "Firefox 151 on Android");
      await other.getByText("Signed in").waitFor();

      await other.getByRole("button", { name: "Sign out" }).click();
      await desk.page.getByRole("status").getByText("That device is signed out.").waitFor();
      await desk.see("You are signed in nowhere else.");
      expect(await shop.rows()).toHaveLength(1);

      await phone.follow("Your devices");
      await phone.heading("Sign in");
      expect(await phone.page.getByText(account.name).count()).toBe(0);
      await openDevices(desk);
    });

    it("end all the others, and nobody else's, by one button", async () => {
      const [desk, phone, second, stranger] = await Promise.all([
        shop.arriveSignedIn(),
        shop.arriveSignedIn(PHONE),
        shop.arriveSignedIn(WINDOWS),
        shop.visit(),
      ]);
      await stranger.addMug();
      await openDevices(desk);
      await desk.press("Sign out everywhere else");
      await desk.page.getByRole("status").getByText("Signed out everywhere else: 2 devices.").waitFor();
      const signedOut = [phone, second].map(async (other) => {
        await other.go("/account");
        await other.heading("Sign in");
      });
      await Promise.all(signedOut);
      await stranger.go("/cart");
      await stranger.see("€18.00 each");
      expect(await shop.rows()).toHaveLength(2);
    });

    it("end also for an attacker who has copied this browser's cookie", async () => {
      const [desk, attacker] = await Promise.all([
        shop.arriveSignedIn(WINDOWS),
        shop.arrive(),
        shop.arriveSignedIn(PHONE),
      ]);
      await attacker.context.addCookies(await desk.context.cookies());
      await attacker.go("/account");
      await attacker.heading(`Hello, ${account.name}.`);
      await openDevices(desk);
      await desk.press("Sign out everywhere else");
      await desk.page.getByRole("status").getByText("Signed out everywhere else: one device.").waitFor();
      await attacker.go("/account");
      await attacker.heading("Sign in");
      await desk.go("/account");
      await desk.heading(`Hello, ${account.name}.`);
    });

    it("end together with the one that is at hand, when it signs itself out in the list", async () => {
      const visitor = await shop.arriveSignedIn();
      await openDevices(visitor);
      await visitor.press("Sign out");
      await visitor.heading("A few good things");
      expect(await visitor.context.cookies()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
    });

    it("cannot sign out somebody else's, nor one that is signed out already", async () => {
      const visitor = await shop.arriveSignedIn();
      const key = `sha256.${"0".repeat(64)}`;
      await shop.sql(`INSERT INTO session (key, data, expire_date, user_id)
        VALUES ('${key}', 'x', '2099-01-01T00:00:00.000+00:00', 4711)`);
      await openDevices(visitor);
      const keyHash = createHash("sha256").update(key).digest("hex").slice(0, 16);
      await forge(visitor.page.locator("input[name=device]"), keyHash);
      await visitor.press("Sign out");
      await visitor.see("That device had been signed out already.");
      expect(await shop.rows()).toHaveLength(2);
    });

    it.each([
      ["phone", PHONE.userAgent],
      ["tablet", "Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1"],
      ["tablet", "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Safari/537.36"],
      ["computer", WINDOWS.userAgent],
    ])("are told apart by the picture of a %s", async (kind, userAgent) => {
      const visitor = await shop.arriveSignedIn({ userAgent });
      await openDevices(visitor);
      expect(await visitor.page.locator(".device-icon").getAttribute("data-kind")).toBe(kind);
    });

    it("are asked for the password again, some time after the sign-in, before another one ends", async () => {
      await shop.arriveSignedIn(PHONE);
      const visitor = await shop.arrive();
      const key = await signInLongAgo();
      await visitor.context.addCookies([{ name: "session", value: key, url: shop.url }]);
      await openDevices(visitor);
      const signOut = device(visitor, "Firefox 151 on Android").getByRole("button", { name: "Sign out" });
      await signOut.click();
      await visitor.heading("Is it you?");
      expect(await shop.rows()).toHaveLength(2);

      await visitor.enterPassword();
      await visitor.heading("Your devices");
      await signOut.click();
      await visitor.see("That device is signed out.");
      expect(await shop.rows()).toHaveLength(1);
    });

    it("are not asked for it before they end themselves", async () => {
      const visitor = await shop.arrive();
      await visitor.context.addCookies([{ name: "session", value: await signInLongAgo(), url: shop.url }]);
      await openDevices(visitor);
      await visitor.press("Sign out");
      await visitor.heading("A few good things");
      expect(await shop.rows()).toEqual([]);
    });

    it("are asked for the password again, some time after the sign-in, before all others end", async () => {
      const visitor = await shop.arriveSignedIn();
      await shop.arriveSignedIn(PHONE);
      const key = await signInLongAgo();
      await visitor.context.addCookies([{ name: "session", value: key, url: shop.url }]);
      await openDevices(visitor);
      await visitor.press("Sign out everywhere else");
      await visitor.heading("Is it you?");
      expect(await shop.rows()).toHaveLength(3);

      await visitor.enterPassword();
      await visitor.heading("Your devices");
      await visitor.press("Sign out everywhere else");
      await visitor.see("Signed out everywhere else: 2 devices.");
      expect(await visitor.sessionKey()).not.toBe(key);
    });

    /** @returns the key of a session of the demo account that was authenticated an hour ago */
    async function signInLongAgo(): Promise<string> {
      const [user] = await shop.query("SELECT id FROM user");
      const key = await saveSession(
        shop,
        async (session) => {
          session.set("userId", Number(user?.id));
          await session.markAuthenticated();
        },
        { now: () => new Date(Date.now() - 3_600_000) },
      );
      await shop.sql(`UPDATE session SET user_id = ${user?.id} WHERE user_id IS NULL`);
      return key;
    }
  });
}
