// The app in examples/minimal: built as its README says, and asked over HTTP.
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, type Server, startServer } from "../databases/server-process.ts";
import { root } from "../docs/code-blocks.ts";
import { problemsOf } from "../e2e/axe.ts";
import { launchChromium, noChromium } from "../e2e/chromium.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET } from "../support.ts";
import { FormBrowser } from "./form-browser.ts";

const run = promisify(execFile);
const folder = join(root, "generated/next/apps/minimal");
const next = join(root, "node_modules/next/dist/bin/next");

/**
 * All files of the example but its README. They are copied, so that its own database stays as it
 * is.
 */
const FILES = [
  "app/actions.ts",
  "app/layout.tsx",
  "app/page.tsx",
  "app/sign-in/page.tsx",
  "lib/prisma.ts",
  "lib/session.ts",
  "lib/users.ts",
  "package.json",
  "prisma.config.ts",
  "prisma/schema.prisma",
  "tsconfig.json",
];

const PASSWORD = { email: "ada@example.com", password: "correct horse" };
const PROTECTED = "You are signed in as user 1.";

describe("the minimal example", { timeout: 60_000 }, () => {
  let server: Server;

  beforeAll(async () => {
    await rm(folder, { recursive: true, force: true });
    for (const file of FILES) await cp(join(root, "examples/minimal", file), join(folder, file));
    const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } as const;
    const node = (...args: string[]) => run(process.execPath, args, { cwd: folder, env });
    await node(join(root, "scripts/prisma.mjs"), "generate");
    await node(join(root, "scripts/prisma.mjs"), "db", "push");
    await node(next, "build");

    const port = await freePort();
    const settings = ["NODE_ENV=production", `SESSION_SECRET=${SECRET}`];
    const start = [process.execPath, next, "start", "--hostname", "127.0.0.1", "--port", `${port}`];
    server = await startServer(`http://localhost:${port}`, {
      command: "/bin/sh",
      args: ["-c", 'cd "$0" && exec env "$@" >&2', folder, ...settings, ...start],
      directory: await mkdtemp(join(tmpdir(), "prisma-db-session-minimal-")),
      ready: "Ready in",
      stopSignal: "TERM",
    });
  }, 300_000);
  afterAll(() => server?.stop());

  async function signIn(): Promise<FormBrowser> {
    const browser = new FormBrowser(server.url);
    expect(await browser.submit("/sign-in", "Sign in", PASSWORD)).toBe("/");
    expect(await browser.text("/")).toContain(PROTECTED);
    return browser;
  }

  it("redirects a visitor without a session from the protected page to the sign-in page", async () => {
    const browser = new FormBrowser(server.url);
    expect(await browser.redirectOf("/")).toBe("/sign-in");
    expect(await browser.text("/sign-in")).toContain("Password");
    expect(browser.cookie).toBe("");
  });

  it("refuses a wrong password", async () => {
    const browser = new FormBrowser(server.url);
    const wrong = { ...PASSWORD, password: "wrong" };
    expect(await browser.submit("/sign-in", "Sign in", wrong)).toBe("/sign-in?failed");
    expect(await browser.text("/sign-in?failed")).toContain("The email address or the password is wrong.");
    expect(browser.cookie).toBe("");
    expect(await browser.redirectOf("/")).toBe("/sign-in");
  });

  it("signs in, and out again in this browser alone", async () => {
    const [desk, phone] = [await signIn(), await signIn()];
    const { cookie } = desk;
    expect(cookie).toMatch(/^__Host-session=[a-z0-9]{32}$/);
    expect(await desk.submit("/", "Sign out", {})).toBe("/sign-in");
    expect(desk.cookie).toBe("");
    desk.cookie = cookie;
    expect(await desk.redirectOf("/"), "the old cookie").toBe("/sign-in");
    expect(await phone.text("/")).toContain(PROTECTED);
  });

  it("gives a user who signs in again a new key", async () => {
    const browser = await signIn();
    const { cookie } = browser;
    expect(await browser.submit("/sign-in", "Sign in", PASSWORD)).toBe("/");
    expect(browser.cookie).toMatch(/^__Host-session=[a-z0-9]{32}$/);
    expect(browser.cookie).not.toBe(cookie);
    browser.cookie = cookie;
    expect(await browser.redirectOf("/")).toBe("/sign-in");
  });

  it("signs out an attacker who has copied the cookie", async () => {
    const [desk, attacker] = [await signIn(), new FormBrowser(server.url)];
    attacker.cookie = desk.cookie;
    expect(await attacker.text("/")).toContain(PROTECTED);
    expect(await desk.submit("/", "Sign out everywhere", {})).toBe("/sign-in");
    expect(await attacker.redirectOf("/")).toBe("/sign-in");
  });

  it("signs out two browsers at once by one button", async () => {
    const [desk, phone] = [await signIn(), await signIn()];
    const { cookie } = desk;
    expect(await desk.submit("/", "Sign out everywhere", {})).toBe("/sign-in");
    expect(desk.cookie).toBe("");
    desk.cookie = cookie;
    expect(await desk.redirectOf("/"), "this browser").toBe("/sign-in");
    expect(await phone.redirectOf("/"), "the other browser").toBe("/sign-in");
  });

  describe.skipIf(noChromium)(`in a browser${skippedBecause(noChromium)}`, () => {
    it("axe-core finds nothing in light or in dark colours", async () => {
      const chromium = await launchChromium();
      try {
        const page = await chromium.newPage();
        const found: Record<string, string[]> = {};
        await page.goto(`${server.url}/sign-in`);
        found["/sign-in"] = await problemsOf(page);
        await page.goto(`${server.url}/sign-in?failed`);
        found["/sign-in?failed"] = await problemsOf(page);
        await page.getByLabel("Email address").fill(PASSWORD.email);
        await page.getByLabel("Password").fill(PASSWORD.password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByText(PROTECTED).waitFor();
        found["/"] = await problemsOf(page);
        expect(found).toEqual({ "/sign-in": [], "/sign-in?failed": [], "/": [] });
      } finally {
        await chromium.close();
      }
    });
  });
});
