import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UNKNOWN_KEY } from "../support.ts";
import { bundleForEdge } from "./bundle.ts";

/** Next.js comes with the runtime, but not with its types. */
const { EdgeRuntime } = createRequire(import.meta.url)("next/dist/compiled/edge-runtime") as {
  EdgeRuntime: new (options: { initialCode: string }) => { evaluate(code: string): unknown };
};

const edge = fileURLToPath(new URL("../../src/edge/index.ts", import.meta.url));

describe("the edge entry", () => {
  it("needs under 1 KB for hasSessionCookie", async () => {
    const { script } = await bundleForEdge('export { hasSessionCookie } from "prisma-db-session/edge"', edge);
    expect(gzipSync(script).length).toBeLessThan(1024);
    expect(script).toContain("__Host-session");
    expect(script, "what is not used is left out").not.toContain("sec-fetch-site");
  });

  it("runs in Next's edge runtime: without Node, and without anything else to import", async () => {
    const { script, imports } = await bundleForEdge('export * from "prisma-db-session/edge"', edge);
    expect(imports).toEqual([]);
    const runtime = new EdgeRuntime({ initialCode: script });
    expect(runtime.evaluate("[typeof process, typeof require].join()")).toBe("undefined,undefined");
    const asked = (call: string, headers: object) =>
      runtime.evaluate(`${call}(new Request("https://shop.example/", { headers: ${JSON.stringify(headers)} }))`);
    expect(asked("bundled.hasSessionCookie", { Cookie: `__Host-session=${UNKNOWN_KEY}` })).toBe(true);
    expect(asked("bundled.hasSessionCookie", { Cookie: "__Host-session=short" })).toBe(false);
    expect(asked("bundled.isSameOrigin", { Origin: "https://shop.example", Host: "shop.example" })).toBe(true);
    expect(asked("bundled.isSameOrigin", { Origin: "https://evil.example", Host: "shop.example" })).toBe(false);
  });
});
