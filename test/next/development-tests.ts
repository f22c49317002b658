// `next dev`: what was changed and not saved is warned of, and hot reload leaves nothing behind.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { launchChromium, noChromium } from "../e2e/chromium.ts";
import { skippedBecause } from "../skipped.ts";
import { UNKNOWN_KEY } from "../support.ts";
import { assemble, type Running, start } from "./fixtures/app.ts";
import { callAction, get, post, proxied, type Send } from "./fixtures/requests.ts";
import type { Target } from "./fixtures/targets.ts";

const WARNING = "UnsavedChanges: A session was changed";
const UNSAVED = ", but not saved by the end of the request, so the change is lost. Call `await session.save()`";
const READ_ONLY = " where it can only be read, so the change is lost. A server component, generateMetadata and after()";
const RELOADS = 5;

const forget = { change: "forget", key: undefined };
/** A request that prints a line of its own, after the warnings of the requests before it. */
const end = { change: "print the end", key: undefined };
const isOver = (text: string) => text.includes("the end of the test");

/** Where a session is asked for, what the stack of the warning ends with, and what fits that place. */
const PLACES: [name: string, send: Send, asked: RegExp, advice: string][] = [
  ["a route handler", get("/get-session"), /at handle \(app\/get-session\/route\.ts:\d+/, UNSAVED],
  ["a page", get("/component"), /at Content \(app\/component\/page\.tsx:\d+/, READ_ONLY],
  ["generateMetadata", get("/metadata"), /generateMetadata \(app\/metadata\/page\.tsx:\d+/, READ_ONLY],
  ["a server action", callAction("byHand"), /at byHand \(app\/actions\/actions\.ts:\d+/, UNSAVED],
  ["the proxy", proxied(), /at proxied \(lib\/proxied\.ts:\d+/, UNSAVED],
];

/** Where the changed default of a `get()` is noticed at the end of the request. */
const ENDS: [name: string, send: Send][] = [
  ["a route handler", get("/get-session")],
  ["withSession", post("/with-session/42")],
  ["a page", get("/component")],
  ["a server action", callAction("wrapped")],
  ["the proxy", proxied()],
];

/** What `next dev` of one version of Next.js warns of. */
export const warningTests = (target: Target) =>
  describe(`next dev, ${target.title}`, () => {
    let app: Running;
    let folder: string;
    beforeAll(async () => {
      folder = await assemble(target, `${target.name}-dev`);
      app = await start(folder, "dev");
      return () => app.stop();
    }, 120_000);

    /** What is printed from now on, as soon as `done` says so. */
    async function printed(work: () => Promise<unknown>, done: (text: string) => boolean): Promise<string> {
      const before = (await app.log()).length;
      await work();
      let text = "";
      await vi.waitFor(async () => {
        text = (await app.log()).slice(before);
        expect(done(text)).toBe(true);
      }, 10_000);
      return text;
    }

    const warnings = (text: string) => text.split(WARNING).length - 1;

    it.each(PLACES)("warns once of a change in %s that is not saved, with its line", async (_, send, asked, advice) => {
      const source = await readFile(join(folder, "lib/work.ts"), "utf8");
      const line = source.split("\n").findIndex((text) => text.includes("forget:")) + 1;
      const text = await printed(
        async () => {
          await send(app.url, forget);
          await send(app.url, forget);
          await get("/get-session")(app.url, end);
        },
        (text) => asked.test(text) && text.includes(`> ${line} |`) && isOver(text),
      );
      expect(warnings(text)).toBe(1);
      expect(text).toContain(WARNING + advice);
      expect(text.split(WARNING)[1]?.split("\n")[1]).toContain(`(lib/work.ts:${line}:`);
    });

    it.each(ENDS)("warns once of a changed default in %s, with its line", async (name, send) => {
      const changed = { change: `change a default in ${name}`, key: undefined };
      const source = await readFile(join(folder, "lib/work.ts"), "utf8");
      const line = source.split("\n").findIndex((text) => text.includes(`"${changed.change}":`)) + 1;
      const lost = 'SessionWarning: The default of `get("cart", …)` was changed';
      const text = await printed(
        async () => {
          await send(app.url, changed);
          await send(app.url, changed);
          await get("/get-session")(app.url, end);
        },
        (text) => text.includes(lost) && isOver(text),
      );
      expect(text.split(lost)).toHaveLength(2);
      expect(text.split(lost)[1]).toContain(`> ${line} |`);
    });

    const ERRORS: [name: string, place: string, send: Send, change: string][] = [
      ["SessionReadOnlyError", "a page", get("/component"), "set"],
      ["SessionReadOnlyError", "generateMetadata", get("/metadata"), "set"],
      ["SerializationError", "a route handler", post("/get-session"), "a date"],
      ["SerializationError", "a server action", callAction("byHand"), "a date"],
      ["SessionNotLoadedError", "a page", get("/component"), "not loaded"],
      ["SessionNotLoadedError", "a server action", callAction("byHand"), "not loaded"],
    ];

    /** The number of the line of lib/work.ts that makes the call that throws. */
    async function lineOf(change: string): Promise<number> {
      const source = await readFile(join(folder, "lib/work.ts"), "utf8");
      const call = change === "not loaded" ? '"not loaded":' : "await session.save()";
      return source.split("\n").findIndex((text) => text.includes(call)) + 1;
    }

    it.each(ERRORS)("prints a %s in %s with the line of the user's call", async (name, _, send, change) => {
      const line = await lineOf(change);
      const text = await printed(
        () => send(app.url, { change, key: undefined }),
        (text) => text.includes(name) && text.includes(`> ${line} |`),
      );
      const stack = text.slice(text.indexOf(name)).split("\n");
      expect(stack.find((each) => /^ +at /.test(each))).toContain(`(lib/work.ts:${line}:`);
    });

    describe.skipIf(noChromium)(`shows that line in the overlay${skippedBecause(noChromium)}`, () => {
      it.each([
        ["SessionReadOnlyError", "a page", "/component", "set"],
        ["SessionNotLoadedError", "a page", "/component", "not loaded"],
        ["SerializationError", "a server action", "/actions", "a date"],
      ])("%s in %s", { timeout: 60_000 }, async (name, _, path, change) => {
        const browser = await launchChromium();
        onTestFinished(() => browser.close());
        const page = await browser.newPage({ extraHTTPHeaders: { "x-change": change } });
        await page.goto(app.url + path, { waitUntil: path === "/actions" ? "networkidle" : "load" });
        if (path === "/actions") await page.evaluate('document.getElementById("byHand").requestSubmit()');
        const frame = page.locator("[data-nextjs-codeframe]").first();
        const badge = page.locator("[data-issues-open]").first();
        // error.tsx catches the error, so the overlay mostly waits behind its badge. On a busy machine it may
        // open by itself just before the click. The click then closes it, and the next attempt opens it again.
        await vi.waitFor(async () => {
          if ((await frame.count()) === 0) await badge.click({ timeout: 1_000 });
          await frame.waitFor({ state: "attached", timeout: 1_000 });
        }, 20_000);
        await page.getByText(name).first().waitFor({ state: "attached" });
        expect(await frame.textContent()).toMatch(new RegExp(`lib/work\\.ts.*> ?${await lineOf(change)} ?\\|`, "s"));
      });
    });

    it("warns of nothing that is saved or only read", async () => {
      const text = await printed(async () => {
        await get("/get-session")(app.url, { change: "reads", key: undefined });
        await get("/component")(app.url, { change: "reads", key: undefined });
        await post("/get-session")(app.url, { change: "set", key: undefined });
        await post("/with-session/42")(app.url, forget);
        await get("/get-session")(app.url, end);
      }, isOver);
      expect(warnings(text)).toBe(0);
    });

    if (target.isCached)
      it("has nothing to say of a session that is read by a page to be prefetched", async () => {
        for (const key of [undefined, UNKNOWN_KEY]) await get("/prefetched")(app.url, { change: "reads", key });
        const text = await printed(() => get("/get-session")(app.url, end), isOver);
        expect(text).not.toMatch(/unstable value|Error:/);
        expect(await app.log()).not.toContain("unstable value");
      });
  });

/** What hot reload of one version of Next.js leaves behind. */
export const reloadTests = (target: Target) =>
  describe(`hot reload, ${target.title}`, () => {
    let app: Running;
    let folder: string;
    beforeAll(async () => {
      // Turbopack reloads no module that proxy.ts imports too, on Next.js 16.4.5: with that file there is nothing to be seen.
      const without = [...target.without, ...(target.without.includes("proxy.ts") ? [] : ["proxy.ts"])];
      folder = await assemble({ ...target, without }, `${target.name}-reload`);
      app = await start(folder, "dev");
      return () => app.stop();
    }, 120_000);

    it("keeps one client and one connection, and no more listeners than there were", async () => {
      const file = join(folder, "lib/prisma.ts");
      const source = await readFile(file, "utf8");
      const state = async () =>
        JSON.parse((await get("/edition")(app.url, { change: "reads", key: UNKNOWN_KEY })).body);
      const before = await state();
      expect(before).toMatchObject({ edition: 0, clients: 1 });
      for (let edition = 1; edition <= RELOADS; edition++) {
        await writeFile(file, source.replace("edition = 0", `edition = ${edition}`));
        await vi.waitFor(async () => expect((await state()).edition).toBe(edition), { timeout: 20_000, interval: 200 });
      }
      expect(await state()).toEqual({ ...before, edition: RELOADS });
    });
  });
