import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { launchChromium } from "./chromium.ts";
import { openShop, type Shop } from "./shop.ts";
import { Visitor } from "./visitor.ts";

/** What every topic's tests share: to build and open the shop takes far longer than to test it. */
export interface OpenShop extends Omit<Shop, "close"> {
  /** Somebody who has never been here, on the first page. */
  readonly visit: (options?: BrowserContextOptions) => Promise<Visitor>;
}

/** Opens the shop for the tests of a file, and empties it after each. */
export function useShop(): OpenShop {
  let shop: Shop;
  let browser: Browser;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    shop = await openShop();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
    await shop.sql("DELETE FROM session; UPDATE user SET note = NULL");
  });

  return {
    get url() {
      return shop.url;
    },
    get databaseUrl() {
      return shop.databaseUrl;
    },
    query: (sql) => shop.query(sql),
    rows: () => shop.rows(),
    sql: (script) => shop.sql(script),
    expireAll: () => shop.expireAll(),
    bytes: () => shop.bytes(),
    async visit(options) {
      const context = await browser.newContext({ baseURL: shop.url, ...options });
      contexts.push(context);
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      await page.goto("/");
      return new Visitor(context, page);
    },
  };
}
