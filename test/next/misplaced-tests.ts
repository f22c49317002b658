// The package where it cannot work: in the browser, on the edge runtime and in the Pages Router. Each says what to do.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { launchChromium, noChromium } from "../e2e/chromium.ts";
import { skippedBecause } from "../skipped.ts";
import { assemble, build, type Running, start } from "./fixtures/app.ts";
import { misplaced, type Target } from "./fixtures/targets.ts";

const STUB = "needs Node.js, and this is a browser or the edge runtime. In a client component, get the data as props";
const NO_REQUEST =
  "ConfigError: Cannot find a request, because getSession() and withSession() work only during a request";
const OTHER_ENTRY = "use createWebSessions of &quot;prisma-db-session/web&quot;";

export const misplacedTests = (of: Target) => {
  const target = misplaced(of);

  describe.each(["start", "dev"] as const)(`next %s, where the package cannot work, ${target.title}`, (command) => {
    let app: Running;
    let folder: string;
    beforeAll(async () => {
      folder = command === "start" ? (await build(target)).folder : await assemble(target, `${target.name}-dev`);
      app = await start(folder, command);
      return () => app.stop();
    }, 240_000);

    const textOf = async (path: string) => (await fetch(app.url + path)).text();

    it("a route handler on the edge runtime gets an error that names hasSessionCookie and proxy.ts", async () => {
      const text = await textOf("/edge");
      expect(text).toContain("ConfigError: Cannot use `memoryStore` here, because");
      expect(text).toContain(STUB);
      expect(text).toContain('use `hasSessionCookie` of "prisma-db-session/edge", or use proxy.ts');
    });

    if (!target.without.includes("middleware.ts"))
      it("an edge middleware prints the reason before Prisma's client fails", async () => {
        expect((await fetch(`${app.url}/guarded`)).status).toBe(500);
        const printed =
          /prisma-db-session: Cannot work here, because "prisma-db-session\/next" needs Node\.js.*node:path/s;
        await vi.waitFor(async () => expect(await app.log()).toMatch(printed), 10_000);
      });

    it("getServerSideProps gets an error that names ./web, and the cause", async () => {
      const text = await textOf("/props");
      expect(text).toContain(NO_REQUEST);
      expect(text).toContain(OTHER_ENTRY);
      expect(text).toMatch(/`cookies` was called outside a request scope/);
    });

    it("an API route of the Pages Router gets the same", async () => {
      expect(await textOf("/api/handler")).toContain(NO_REQUEST);
    });

    describe.skipIf(noChromium)(`in a browser${skippedBecause(noChromium)}`, () => {
      it("a client component gets an error that says to pass data as props", async () => {
        const browser = await launchChromium();
        onTestFinished(() => browser.close());
        const page = await browser.newPage();
        const thrown = page.waitForEvent("pageerror");
        await page.goto(`${app.url}/button`);
        const { name, message } = await thrown;
        expect(`${name}: ${message}`).toContain("ConfigError: Cannot use `memoryStore` here, because");
        expect(message).toContain(STUB);
      });
    });

    if (command === "start")
      it("the browser's bundle has the stub, and nothing of the package itself", async () => {
        const chunks = join(folder, ".next/static");
        const files = (await readdir(chunks, { recursive: true })).filter((file) => file.endsWith(".js"));
        const bundle = await Promise.all(files.map((file) => readFile(join(chunks, file), "utf8")));
        expect(bundle.join("\n")).toContain("needs Node.js, and this is a browser");
        expect(bundle.join("\n")).not.toMatch(/_session_digest|hkdfSync/);
      });
  });
};
