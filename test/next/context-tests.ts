// Does each line of the tables in contexts.md over HTTP, in an app on each version of Next.js.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launchChromium, noChromium } from "../e2e/chromium.ts";
import { skippedBecause } from "../skipped.ts";
import { build, type Running, start } from "./fixtures/app.ts";
import { type Observation, observe, visit } from "./fixtures/observe.ts";
import { COOKIE } from "./fixtures/requests.ts";
import { CONTEXTS, DEEDS } from "./fixtures/scenes.ts";
import type { Target } from "./fixtures/targets.ts";
import { signInTests } from "./sign-in-tests.ts";

interface Line {
  readonly where: string;
  readonly what: string;
  readonly cells: readonly string[];
}

/** Places that there are with Cache Components only. */
const ONLY_CACHED = ["page, prefetch = partial", "use cache", "use cache: private", "page, then use cache: private"];

const HEAD = "where|what|statements|row|cookie|answer";

/** A line for each place: one of the document may name several. */
export const lines: readonly Line[] = readFileSync(new URL("contexts.md", import.meta.url), "utf8")
  .trim()
  .split("\n\n")
  .map((block) => block.split("\n").map(cellsOf))
  .filter(([head]) => head?.join("|") === HEAD)
  .flatMap(([_head, _rule, ...rows]) => rows)
  .flatMap(([places = "", what = "", ...cells]) => places.split(" · ").map((where) => ({ where, what, cells })));

function cellsOf(line: string): string[] {
  return line
    .replaceAll("`", "")
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** What a line promises of one target: `all the others; Cache Components: that one`. */
function promised({ cells }: Line, { label }: Target): Observation {
  const [statements = "", row = "", cookie = "", answer = ""] = cells.map((cell) => {
    const [others = "", ...exceptions] = cell.split("; ");
    const exception = exceptions.find((each) => each.startsWith(`${label}: `));
    return exception?.slice(label.length + 2) ?? others;
  });
  return { statements, row, cookie, answer };
}

/**
 * Does each line of the tables in an app on one version of Next.js.
 *
 * @param next the app of the next tests, which is built while these tests run
 */
export const contextTests = (target: Target, next?: Target) =>
  describe(target.title, () => {
    let app: Running;
    let log: string;
    beforeAll(async () => {
      const built = await build(target);
      log = built.log;
      const nextBuild = next && build(next).catch(() => {}); // its own tests fail then
      app = await start(built.folder, "start", {}, target.createDatabase);
      return async () => {
        await Promise.all([app.stop(), nextBuild]);
      };
    }, 240_000);

    it("was built without a secret, without a word about the package, and without a warning", () => {
      expect(log).toMatch(/Compiled successfully/);
      // Where CI is set, Next.js asks for a cache that lasts from one build to the next.
      const warnings = log.replace(/^.*No build cache found.*$/m, "");
      expect(warnings).not.toMatch(/prisma-db-session|⚠|warn|Dynamic server usage/i);
    });

    const here = lines.filter(({ where }) => target.isCached || !ONLY_CACHED.includes(where));
    it.each(here)("$where: $what", async (line) => {
      const [send, deed] = [CONTEXTS[line.where], DEEDS[line.what]];
      if (!send || !deed) throw new Error("no such line");
      const { visitor, ...asked } = deed;
      expect(await observe(app, send, visitor, asked)).toEqual(promised(line, target));
    });

    signInTests(() => app);

    describe.skipIf(noChromium)(`in a browser${skippedBecause(noChromium)}`, () => {
      /** Sends the form of an action, as a click would, with a session that is new. */
      async function inBrowser(change: string) {
        const browser = await launchChromium();
        onTestFinished(() => browser.close());
        const page = await browser.newPage({ extraHTTPHeaders: { "x-change": change } });
        const sent: string[] = [];
        page.on("request", (request) => {
          if (request.url().startsWith(`${app.url}/actions`)) sent.push(request.method());
        });
        const value = String(await visit(app, "signed in"));
        await page
          .context()
          .addCookies([{ name: COOKIE, value, url: app.url.replace("http:", "https:"), secure: true }]);
        await page.goto(`${app.url}/actions`, { waitUntil: "networkidle" });
        await page.evaluate('document.getElementById("wrapped").requestSubmit()');
        await page.waitForLoadState("networkidle");
        return { page, sent };
      }

      it("an action that sets the cookie is one request, and the page shows what it changed", async () => {
        const { page, sent } = await inBrowser("cycleKey");
        await page.getByText("user 8").waitFor();
        await page.waitForLoadState("networkidle");
        expect(sent).toEqual(["GET", "POST"]);
      });

      it("error.tsx knows by its digest that the session has ended", async () => {
        const { page } = await inBrowser("meanwhile");
        await page.getByText("Your session has ended.").waitFor();
      });
    });

    afterAll(async () => {
      const printed = await app.log();
      // Next.js speaks so when the clock is asked for while it prefetches.
      expect(printed).not.toContain("encountered the unstable value");
      expect(printed).not.toContain("A session was changed, but not saved");
    });
  });
