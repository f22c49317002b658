import { describe, expect, it } from "vitest";
import { problemsOf } from "../axe.ts";
import type { OpenShop } from "../use-shop.ts";

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

export function accessibilityTests(shop: OpenShop): void {
  describe("axe-core finds nothing", () => {
    it.each([
      ["on a desktop", DESKTOP],
      ["on a phone", PHONE],
    ])(
      "%s, in light and in dark colours",
      async (_, size) => {
        const visitor = await shop.visit(size);
        const found: Record<string, string[]> = {};
        const check = async (state: string) => {
          const problems = await problemsOf(visitor.page);
          if (problems.length > 0) found[state] = problems;
        };
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
        expect(found).toEqual({});
      },
      90_000,
    );
  });

  it("fits on a screen of 320 pixels", async () => {
    const visitor = await shop.visit({ ...PHONE, viewport: { width: 320, height: 640 } });
    await visitor.addMug();
    await visitor.signIn();
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
