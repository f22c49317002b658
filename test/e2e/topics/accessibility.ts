import { expect, it } from "vitest";
import { problemsOf } from "../axe.ts";
import type { OpenShop } from "../use-shop.ts";
import type { Visitor } from "../visitor.ts";

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

export function accessibilityTests(shop: OpenShop): void {
  it("axe-core finds nothing on a desktop and on a phone, in light and in dark colours", async () => {
    const found: Record<string, string[]> = {};
    // Both at once: the browser has a process for each.
    await Promise.all(
      Object.entries({ DESKTOP, PHONE }).map(async ([device, size]) => {
        const visitor = await shop.visit(size);
        await seeEverything(visitor, async (state) => {
          const problems = await problemsOf(visitor.page);
          if (problems.length > 0) found[`${device}: ${state}`] = problems;
        });
      }),
    );
    expect(found).toEqual({});
  });

  it("axe-core finds nothing in the list of devices, with one device and with two", async () => {
    const visitor = await shop.arriveSignedIn();
    await visitor.go("/account/devices");
    await visitor.see("You are signed in nowhere else.");
    expect(await problemsOf(visitor.page)).toEqual([]);
    await shop.arriveSignedIn(PHONE);
    await visitor.go("/account/devices");
    expect(await visitor.page.getByText("You are signed in nowhere else.").count()).toBe(0);
    expect(await problemsOf(visitor.page)).toEqual([]);
  });

  it("fits on a screen of 320 pixels", async () => {
    const visitor = await shop.arriveSignedIn({ ...PHONE, viewport: { width: 320, height: 640 } });
    await visitor.go("/");
    await visitor.addMug();
    for (const path of [
      "/",
      "/cart",
      "/account",
      "/account/devices",
      "/inside",
      "/twenty",
      "/docs",
      "/sign-in?again=1",
    ]) {
      await visitor.go(path);
      expect(await visitor.page.evaluate("document.documentElement.scrollWidth"), path).toBe(320);
    }
  });
}

/** Leads a visitor from the first page to every page and message. */
async function seeEverything(visitor: Visitor, check: (state: string) => Promise<void>): Promise<void> {
  await check("the first page");
  for (const path of ["/cart", "/inside", "/twenty", "/docs", "/?signed-out=1", "/sign-in?ended=1", "/nowhere"]) {
    await visitor.go(path);
    await check(`${path} of a visitor`);
  }
  await visitor.go("/sign-in");
  await visitor.enterPassword("wrong");
  await visitor.alert("There is no account");
  await check("a wrong password");

  await visitor.go("/");
  await visitor.addMug();
  await check("a message under a product");
  await visitor.signIn();
  await check("/account");
  await visitor.press("Save the note");
  await visitor.see("Your note for the courier is saved.");
  await check("a notice");
  for (const path of ["/cart", "/account/devices", "/inside", "/sign-in?again=1"]) {
    await visitor.go(path);
    await check(path);
  }
  await visitor.go("/twenty");
  await visitor.press("Light all twenty");
  await visitor.see("20 of 20 arrived.");
  await check("/twenty, lit");
}
