import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { launchChromium } from "./chromium.ts";
import { signedInAs } from "./save-session.ts";
import { account, openShop, type Shop } from "./shop.ts";
import { Visitor } from "./visitor.ts";

/** What every topic's tests share: to build and open the shop takes far longer than to test it. */
export interface OpenShop extends Omit<Shop, "close"> {
  /** Somebody who has never been here, on the first page. */
  readonly visit: (options?: BrowserContextOptions) => Promise<Visitor>;
  /** The same, before any page. For tests that begin at another page. */
  readonly arrive: (options?: BrowserContextOptions) => Promise<Visitor>;
  /** A user on the page "Account", with a session as the sign-in makes it. For tests that are not about signing in. */
  readonly arriveSignedIn: (options?: BrowserContextOptions) => Promise<Visitor>;
}

/** Opens the shop for the tests of a file, and empties it after each. */
export function useShop(): OpenShop {
  let shop: Shop;
  let browser: Browser;
  const idle = new Map<string, BrowserContext[]>();
  let inUse: { context: BrowserContext; alike: BrowserContext[] }[] = [];

  beforeAll(async () => {
    shop = await openShop();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });
  afterEach(async ({ task }) => {
    const used = inUse;
    inUse = [];
    // A failed test may still use its context, so the next test must not get this context.
    const isReusable = task.result?.state !== "fail";
    const left = used.map(async ({ context, alike }) => {
      if (!isReusable) return context.close();
      // A new page has no history, and nothing that scripts kept. Only the cookies would stay.
      await Promise.all(context.pages().map((page) => page.close()));
      await context.clearCookies();
      alike.push(context);
    });
    await Promise.allSettled(left);
    await shop.sql("DELETE FROM session; UPDATE user SET note = NULL");
    await Promise.all(left);
  });

  /** The browser of another visitor, for this test alone. An earlier test may have filled its cache. */
  async function takeContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const key = JSON.stringify(options);
    const alike = idle.get(key) ?? [];
    idle.set(key, alike);
    const context = alike.pop() ?? (await browser.newContext({ baseURL: shop.url, ...options }));
    context.setDefaultTimeout(20_000);
    inUse.push({ context, alike });
    return context;
  }

  async function arrive(options?: BrowserContextOptions): Promise<Visitor> {
    const context = await takeContext(options);
    return new Visitor(context, await context.newPage());
  }

  return {
    get url() {
      return shop.url;
    },
    get client() {
      return shop.client;
    },
    query: (sql) => shop.query(sql),
    rows: () => shop.rows(),
    sql: (script) => shop.sql(script),
    expireAll: () => shop.expireAll(),
    bytes: () => shop.bytes(),
    arrive,
    async visit(options) {
      const visitor = await arrive(options);
      await visitor.go("/");
      return visitor;
    },
    async arriveSignedIn(options) {
      const visitor = await arrive(options);
      const userAgent = await visitor.page.evaluate("navigator.userAgent");
      await visitor.context.addCookies([await signedInAs(shop, String(userAgent))]);
      await visitor.go("/account");
      await visitor.heading(`Hello, ${account.name}.`);
      if (options?.javaScriptEnabled !== false) await visitor.isHydrated();
      return visitor;
    },
  };
}
