import { describe, expect, it } from "vitest";
import type { OpenShop } from "../use-shop.ts";

const LAMPS = Array.from({ length: 20 }, (_, index) => index + 1);

export function twentyTests(shop: OpenShop): void {
  describe("twenty changes at once", () => {
    it("all arrive, also for a visitor who had no session before, and again", async () => {
      const visitor = await shop.visit();
      await visitor.follow("Stress test");
      for (const round of [1, 2]) {
        await visitor.press("Light all twenty");
        await visitor.see(/^20 of 20 arrived\. \d+ of the saves met a concurrent save/);
        const [row, ...others] = await shop.rows();
        expect(others).toEqual([]);
        expect(row?.data).toContain(`"round":${round}`);
        expect(LAMPS.filter((lamp) => row?.data.includes(`"lamp.${lamp}":true`))).toEqual(LAMPS);
      }
      await visitor.page.reload();
      await visitor.see("20 of 20 are lit in your session.");
    });

    it("say so when the session ends in between, and begin anew", async () => {
      const visitor = await shop.arrive();
      await visitor.go("/twenty");
      await visitor.page.route("**/api/lamps/7", async (route) => {
        await shop.sql("DELETE FROM session");
        await route.continue();
      });
      await visitor.press("Light all twenty");
      await visitor.alert("Your session has ended");
      expect(await shop.rows()).toEqual([]);

      await visitor.page.unroute("**/api/lamps/7");
      await visitor.press("Light all twenty");
      await visitor.see("20 of 20 arrived.");
    });

    it("are refused to other sites", async () => {
      const headers = { "Sec-Fetch-Site": "cross-site" };
      for (const [method, path] of [
        ["DELETE", "/api/lamps"],
        ["PUT", "/api/lamps/1"],
      ] as const) {
        expect((await fetch(shop.url + path, { method, headers })).status).toBe(403);
      }
      expect(await shop.rows()).toEqual([]);
    });
  });
}
