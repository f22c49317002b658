import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { account, chromiumPath, openShop, type Shop } from "./shop.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The tests are compiled without the types of a browser. */
interface Element {
  setAttribute(name: string, value: string): void;
}

const reason = chromiumPath ? "" : " (no Chromium here: install Debian's package, or set CHROMIUM_PATH)";

describe.skipIf(!chromiumPath)(`the shop in a browser${reason}`, () => {
  let shop: Shop;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    shop = await openShop();
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  beforeEach(() => visit());
  afterEach(async () => {
    await context.close();
    await shop.sql("DELETE FROM session");
  });

  /** A visitor who has never been here. */
  async function visit(options: BrowserContextOptions = {}) {
    await context?.close();
    context = await browser.newContext({ baseURL: shop.url, ...options });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    await page.goto("/");
  }
  const press = (name: string) => page.getByRole("button", { name }).click();
  const see = (text: string) => page.getByText(text).waitFor();
  const heading = (name: string) => page.getByRole("heading", { name }).waitFor();
  const cookie = async () => (await context.cookies()).find(({ name }) => name === "session");
  const sessionKey = async () => (await cookie())?.value ?? "";

  /** Lets a form send what it would not. */
  const forge = (field: Locator, value: string) =>
    field.evaluate((element: unknown, value) => (element as Element).setAttribute("value", value), value);

  async function addMug() {
    await press("Add Harbour mug");
    await see("Harbour mug: 1 in your cart.");
  }
  async function signIn(password = account.password) {
    await page.goto("/sign-in?next=/account");
    await page.getByLabel("Email address").fill(account.email);
    await page.getByLabel("Password").fill(password);
    await press("Sign in");
  }
  /** The cart as JSON, as anybody gets who has this key. */
  async function cartOf(key: string) {
    const response = await fetch(`${shop.url}/api/cart`, { headers: { Cookie: `session=${key}` } });
    expect(response.headers.getSetCookie()).toEqual([]);
    return response.json();
  }
  const EMPTY = { lines: [], count: 0, total: 0 };

  it("gives a visitor who looks around neither a cookie nor a row", async () => {
    for (const path of ["/cart", "/sign-in", "/inside", "/account", "/api/cart", "/"]) await page.goto(path);
    expect(await context.cookies()).toEqual([]);
    expect(await shop.rows()).toEqual([]);
  });

  it("makes one row and one cookie when something is put into the cart", async () => {
    await addMug();
    expect(await cookie()).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/", secure: false });
    expect(await shop.rows()).toHaveLength(1);
    expect(await cartOf(await sessionKey())).toMatchObject({ count: 1, total: 1800 });

    await page.reload();
    await page.goto("/cart");
    await see("€18.00 each");
    expect(await shop.rows()).toHaveLength(1);
  });

  it("never writes the key itself into the database", async () => {
    await addMug();
    await signIn();
    await heading("Hello");
    const key = await sessionKey();
    expect(key).toMatch(/^[a-z0-9]{32}$/);
    const bytes = await shop.bytes();
    expect(bytes.includes("sha256.")).toBe(true);
    expect(bytes.includes(key)).toBe(false);
  });

  it("shows what the row looks like", async () => {
    await page.goto("/inside");
    await see("has no row for you");
    await page.goto("/");
    await addMug();
    await page.goto("/inside");
    const [row] = await shop.rows();
    await see(row?.key ?? "no row");
    expect(await page.content()).not.toContain(await sessionKey());
  });

  it("changes the key at sign-in, and keeps the cart", async () => {
    await addMug();
    const before = await sessionKey();
    await signIn();
    await heading(`Hello, ${account.name}.`);

    const after = await sessionKey();
    expect(after).not.toBe(before);
    expect(await shop.rows()).toHaveLength(1);
    expect(await cartOf(before)).toEqual(EMPTY);
    expect(await cartOf(after)).toMatchObject({ count: 1 });
    await page.reload();
    await heading(`Hello, ${account.name}.`);
  });

  it("removes row and cookie at sign-out, and the old cookie opens nothing any more", async () => {
    await addMug();
    await signIn();
    const key = await sessionKey();
    await press("Sign out");
    await heading("A few good things");

    expect(await context.cookies()).toEqual([]);
    expect(await shop.rows()).toEqual([]);
    expect(await cartOf(key)).toEqual(EMPTY);
    await context.addCookies([{ name: "session", value: key, url: shop.url }]);
    await page.goto("/account");
    await heading("Sign in");
    expect(await shop.rows()).toEqual([]);
  });

  it("refuses a wrong password with a message, and keeps the address that was typed", async () => {
    await signIn("wrong");
    await page.getByRole("alert").getByText("There is no account with this email address and password.").waitFor();
    expect(await page.getByLabel("Email address").inputValue()).toBe(account.email);
    expect(await context.cookies()).toEqual([]);
    expect(await shop.rows()).toEqual([]);
  });

  it.each(["//example.com/a", "/.//example.com/a", "/\\example.com/a", "https://example.com/a", "javascript:alert(1)"])(
    "does not lead to another site after sign-in: %s",
    async (next) => {
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await press("Fill it in");
      await press("Sign in");
      await page.waitForURL(`${shop.url}/`);
      await page.getByRole("link", { name: account.name }).waitFor();
    },
  );

  it("changes quantities and removes lines", async () => {
    await addMug();
    await press("Add Evening lamp");
    await see("Evening lamp: 1 in your cart.");
    await page.goto("/cart");
    await press("One more: Harbour mug");
    await see("Harbour mug: 2 in your cart.");
    await see("€100.00");
    await press("Remove Evening lamp");
    await see("Evening lamp: none in your cart.");
    await press("One less: Harbour mug");
    await see("Harbour mug: 1 in your cart.");
    await press("One less: Harbour mug");
    await see("Nothing in it yet.");
    expect(await cartOf(await sessionKey())).toEqual(EMPTY);
  });

  it("takes neither a product nor a quantity that it does not have", async () => {
    await forge(page.locator("input[name=product]").first(), "yacht");
    await press("Add Harbour mug");
    await see("This shop has no such product.");
    expect(await shop.rows()).toEqual([]);

    await page.goto("/");
    await addMug();
    await page.goto("/cart");
    for (const quantity of ["-1", "1e9", "1.5", "many"]) {
      const button = page.getByRole("button", { name: "One more" });
      await forge(button, quantity);
      await button.click();
      await page.getByRole("alert").getByText("You can order 1 to 20 of a kind.").waitFor();
      await page.reload();
    }
    expect(await cartOf(await sessionKey())).toMatchObject({ count: 1 });
  });

  it("keeps what two tabs put into the cart at once", async () => {
    await addMug();
    const tab = await context.newPage();
    await tab.goto("/");
    await Promise.all([press("Add Desk fern"), tab.getByRole("button", { name: "Add Market tote" }).click()]);
    await Promise.all([see("Desk fern: 1"), tab.getByText("Market tote: 1").waitFor()]);
    expect(await cartOf(await sessionKey())).toMatchObject({ count: 3 });
  });

  it("leads to the sign-in page when the session ends while an action is at work on it", async () => {
    await addMug();
    // Another tab signs out between this request's reading and its writing: as far as the UPDATE can tell, just before it.
    await shop.sql(
      "CREATE TRIGGER elsewhere BEFORE UPDATE ON session BEGIN DELETE FROM session; SELECT RAISE(IGNORE); END",
    );
    try {
      await press("Add Desk fern");
      await see("Your session has ended");
    } finally {
      await shop.sql("DROP TRIGGER elsewhere");
    }
    expect(await context.cookies()).toEqual([]);
    expect(await shop.rows()).toEqual([]);
  });

  it("works without JavaScript", async () => {
    await visit({ javaScriptEnabled: false });
    await addMug();
    await signIn("wrong");
    await see("There is no account");
    await signIn();
    await heading("Hello");
    await page.goto("/cart");
    await press("One more");
    await see("Harbour mug: 2 in your cart.");
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
      ["another site's request", 403, '{ "product": "mug" }', { "Sec-Fetch-Site": "cross-site" }],
      ["another site's request by an older browser", 403, '{ "product": "mug" }', { Origin: "http://evil.example" }],
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
});
