import { describe, expect, it } from "vitest";
import type { OpenShop } from "../use-shop.ts";
import { forge, type Visitor } from "../visitor.ts";

export function cartTests(shop: OpenShop): void {
  describe("the cart", () => {
    const cartOf = async ({ page }: Visitor) => (await page.request.get("/api/cart")).json();

    it("changes quantities and removes lines", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      await visitor.press("Add Evening lamp to cart");
      await visitor.see("Evening lamp: 1 in your cart.");
      await visitor.go("/cart");
      await visitor.press("One more: Harbour mug");
      await visitor.see("Harbour mug: 2 in your cart.");
      await visitor.see("€100.00");
      await visitor.press("Remove Evening lamp");
      await visitor.see("Evening lamp: none in your cart.");
      await visitor.press("One less: Harbour mug");
      await visitor.see("Harbour mug: 1 in your cart.");
      await visitor.press("One less: Harbour mug");
      await visitor.see("Nothing in it yet.");
      expect(await cartOf(visitor)).toMatchObject({ count: 0 });
    });

    it("leaves the keyboard on the page when a line goes, and when the last one goes", async () => {
      const visitor = await shop.visit();
      const { page } = visitor;
      await visitor.addMug();
      await visitor.press("Add Evening lamp to cart");
      await visitor.see("Evening lamp: 1 in your cart.");
      await visitor.go("/cart");
      await page.getByRole("button", { name: "Remove Evening lamp" }).focus();
      await page.keyboard.press("Enter");
      await visitor.see("Evening lamp: none in your cart.");
      await page.waitForFunction("document.activeElement.matches('.lines')");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.ariaLabel")).toBe("One less: Harbour mug");
      await page.keyboard.press("Enter");
      await visitor.see("Nothing in it yet.");
      await page.waitForFunction("document.activeElement.id === 'content'");
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Have a look around");
    });

    it("says what was added without a change of the layout", async () => {
      const visitor = await shop.visit();
      const card = visitor.page.getByRole("listitem").filter({ hasText: "Harbour mug" });
      /** Of the card, and of the button in it, wherever the page is scrolled to. */
      const layout = async () => {
        const [box, button] = [await card.boundingBox(), await card.getByRole("button").boundingBox()];
        return { height: box?.height ?? 0, buttonEnd: (button?.y ?? 0) + (button?.height ?? 0) - (box?.y ?? 0) };
      };
      const before = await layout();
      await visitor.addMug();
      expect(await layout()).toEqual(before);
      expect(before.height - before.buttonEnd, "no empty strip below the button").toBeLessThan(30);
    });

    it("underlines the name of its page in the menu, and not the number beside it", async () => {
      const visitor = await shop.arrive();
      await visitor.go("/cart");
      const lineOf = (selector: string) =>
        visitor.page.evaluate(`getComputedStyle(document.querySelector("${selector}")).textDecorationLine`);
      expect(await lineOf(".cart-link .label")).toBe("underline");
      expect(await lineOf(".cart-link"), "a line that goes on below the number").toBe("none");
      expect(await lineOf(".cart-link .badge")).toBe("none");
    });

    it("takes neither a product nor a quantity that it does not have", async () => {
      const visitor = await shop.visit();
      await forge(visitor.page.locator("input[name=product]").first(), "yacht");
      await visitor.press("Add Harbour mug to cart");
      await visitor.see("This shop has no such product.");
      expect(await shop.rows()).toEqual([]);

      await visitor.go("/");
      await visitor.addMug();
      await visitor.go("/cart");
      for (const quantity of ["-1", "1e9", "1.5", "many"]) {
        const button = visitor.page.getByRole("button", { name: "One more" });
        await forge(button, quantity);
        await button.click();
        await visitor.alert("You can order 1 to 20 of a kind.");
        await visitor.page.reload();
      }
      expect(await cartOf(visitor)).toMatchObject({ count: 1 });
    });

    it("keeps what two tabs put into it at once", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      const tab = await visitor.context.newPage();
      await tab.goto("/");
      await Promise.all([
        visitor.press("Add Desk fern to cart"),
        tab.getByRole("button", { name: "Add Market tote" }).click(),
      ]);
      await Promise.all([visitor.see("Desk fern: 1"), tab.getByText("Market tote: 1").waitFor()]);
      expect(await cartOf(visitor)).toMatchObject({ count: 3 });
    });

    it("is emptied by an order, which a notice confirms on the next page, once", async () => {
      const visitor = await shop.arriveSignedIn();
      await visitor.go("/");
      await visitor.addMug();
      await visitor.go("/cart");
      await visitor.press("Place the order");
      await visitor.page.getByRole("status").getByText("Thank you. One thing is on the way").waitFor();
      await visitor.page.getByRole("link", { name: "Cart 0 items" }).waitFor();
      const [row] = await shop.rows();
      expect(row?.data).not.toMatch(/cart\.|Thank you/);

      await visitor.page.reload();
      await visitor.heading("A few good things");
      expect(await visitor.page.getByText("Thank you").count()).toBe(0);
    });

    it("is ordered once, also by two clicks at once", async () => {
      const visitor = await shop.arriveSignedIn();
      await visitor.go("/");
      await visitor.addMug();
      await visitor.go("/cart");
      await visitor.heading("Your cart");
      const [full] = await shop.rows();
      await visitor.press("Place the order");
      await visitor.see("Thank you. One thing is on the way");
      const [ordered] = await shop.rows();

      // The second click has read the cart before that, and its UPDATE comes after it.
      await shop.sql(`UPDATE session SET data = '${full?.data}'`);
      await visitor.go("/cart");
      await shop.sql(
        `CREATE TRIGGER first_click BEFORE UPDATE ON session WHEN OLD.data = '${full?.data}'
         BEGIN UPDATE session SET data = '${ordered?.data}'; SELECT RAISE(IGNORE); END`,
      );
      try {
        await visitor.press("Place the order");
        await visitor.see("Nothing in it yet.");
      } finally {
        await shop.sql("DROP TRIGGER first_click");
      }
      expect((await shop.rows()).map(({ data }) => data)).toEqual([ordered?.data]);
    });

    it("shows no notice that the address or a header of the browser's own brings along", async () => {
      const visitor = await shop.visit();
      await visitor.addMug();
      for (const notice of ["made up", "made%20up", "%E0%A4%A"]) {
        const options = { headers: { "x-shop-notice": notice } };
        // For the last three the proxy does not run.
        for (const path of ["/", "/?notice=1", "/?notice=made%20up", "/api/nothing", "/icon-x", "/_next/x"]) {
          const response = await visitor.page.request.get(path, options);
          expect(response.status(), path).toBe(path.includes("?") || path === "/" ? 200 : 404);
          // The second text is where a notice would be: that of the address stands in what the router is told.
          expect(await response.text(), path).not.toMatch(/class="notice|x-shop-notice/);
        }
      }
    });
  });

  describe("its JSON handler", () => {
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${shop.url}/api/cart`, {
        method: "POST",
        body,
        headers: { "Content-Type": "application/json", ...headers },
      });

    it("puts something into the cart, and lets nobody store the answer", async () => {
      const response = await post('{ "product": "mug", "quantity": 3 }');
      expect(response.status).toBe(201);
      expect(response.headers.get("cache-control")).toContain("no-store");
      expect(response.headers.get("vary")).toContain("Cookie");
      const line = { product: "mug", name: "Harbour mug", quantity: 3, total: 5400 };
      expect(await response.json()).toEqual({ lines: [line], count: 3, total: 5400 });
      expect(await shop.rows()).toHaveLength(1);
    });

    it.each([
      ["another site's request", { "Sec-Fetch-Site": "cross-site" }],
      ["another site's request by an older browser", { Origin: "http://evil.example" }],
    ])("refuses %s", async (_, headers) => {
      const response = await post('{ "product": "mug" }', headers as Record<string, string>);
      expect(response.status).toBe(403);
      expect(await response.text()).toContain("other sites");
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
    });

    it("refuses a body that does not say how long it is", async () => {
      const body = new Blob(['{ "product": "mug" }']).stream();
      const headers = { "Content-Type": "application/json" };
      const response = await fetch(`${shop.url}/api/cart`, { method: "POST", body, headers, duplex: "half" });
      expect(response.status).toBe(411);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
    });

    it.each([
      ["a large body", 413, " ".repeat(20_000), {}],
      ["a form's body", 415, "product=mug", { "Content-Type": "text/plain" }],
      ["what is no JSON", 400, "{", {}],
      ["what is no object", 400, "null", {}],
      ["an unknown product", 404, '{ "product": "__proto__" }', {}],
      ["a quantity below one", 400, '{ "product": "mug", "quantity": -1 }', {}],
      ["an absurd quantity", 400, '{ "product": "mug", "quantity": 1e300 }', {}],
      ["half a mug", 400, '{ "product": "mug", "quantity": 1.5 }', {}],
      ["a quantity that is a text", 400, '{ "product": "mug", "quantity": "1" }', {}],
    ])("refuses %s", async (_, status, body, headers) => {
      const response = await post(body, headers as Record<string, string>);
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({ error: expect.any(String) });
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await shop.rows()).toEqual([]);
    });
  });
}
