import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { memoryStore } from "prisma-db-session";
import { signedInCookie } from "prisma-db-session/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skippedBecause } from "../skipped.ts";
import { SECRET } from "../support.ts";
import { launchChromium, noChromium } from "./chromium.ts";

describe.skipIf(noChromium)(`a browser takes signedInCookie()${skippedBecause(noChromium)}`, () => {
  /** Answers with the cookies that it was sent. */
  const server = createServer((request, response) => response.end(request.headers.cookie ?? "none"));
  let browser: Browser;
  beforeAll(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  it.each([
    ["of an app in production", "production", {}, "__Host-session"],
    ["of an app in development", "development", {}, "session"],
    ["with a path", "production", { path: "/app" }, "__Secure-session"],
    ["that ends with the browser", "production", { name: "sid", sameSite: "strict" }, "sid"],
  ] as const)("%s on localhost", async (what, nodeEnv, cookieOptions, name) => {
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const expireAtBrowserClose = what.includes("ends");
    const options = { store: memoryStore(), secret: SECRET, cookie: cookieOptions, expireAtBrowserClose };
    const { cookie, header } = await signedInCookie(options, { userId: 7 }, { url, nodeEnv });
    expect(cookie.name).toBe(name);
    const context = await browser.newContext();
    try {
      await context.addCookies([cookie]);
      const page = await context.newPage();
      await page.goto(`${url}/app`);
      expect(await page.textContent("body")).toBe(header);
    } finally {
      await context.close();
    }
  });
});
