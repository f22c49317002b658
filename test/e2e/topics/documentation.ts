import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { root } from "../../docs/code-blocks.ts";
import type { OpenShop } from "../use-shop.ts";

export function documentationTests(shop: OpenShop): void {
  describe("the documentation", () => {
    it("is linked from the shop, page by page", async () => {
      const visitor = await shop.visit();
      await visitor.follow("Read the documentation");
      await visitor.heading("Documentation");
      const html = await visitor.page.getByRole("main").innerHTML();
      const paths = [...html.matchAll(/ href="([^"]+)"/g)].map(([, path = ""]) => path);
      expect(paths.slice(0, 2)).toEqual(["/docs/README.md", expect.stringMatching(/^\/docs\/[\w-]+\.md$/)]);
      for (const path of paths) {
        const response = await fetch(shop.url + path);
        expect(response.status, path).toBe(200);
        expect(response.headers.get("content-type"), path).toBe("text/plain; charset=utf-8");
        const file = path.endsWith("/README.md") ? "README.md" : path.slice(1);
        expect(await response.text(), path).toBe(await readFile(root + file, "utf8"));
      }
    });

    it.each(["package.json", "nothing.md", "..%2Fpackage.json", "..%2FREADME.md"])(
      "has no other file: %s",
      async (name) => {
        expect((await fetch(`${shop.url}/docs/${name}`)).status).toBe(404);
      },
    );
  });
}
