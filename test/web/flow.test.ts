import type { SessionStore } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { describeEachStore } from "../stores.ts";
import { SECRET, storedKey, TWO_WEEKS, testClock } from "../support.ts";

const HOUR = 3600;

/** A small application as one writes it for a worker, and a browser that keeps its cookie. */
function shop(store: SessionStore) {
  const clock = testClock();
  const statements: string[] = [];
  const counting = new Proxy(store, {
    get(target, verb, receiver) {
      const value = Reflect.get(target, verb, receiver);
      if (typeof value !== "function" || verb === "classifyError") return value;
      return (...args: unknown[]) => {
        statements.push(String(verb));
        return value.apply(target, args);
      };
    },
  });
  const sessions = createWebSessions<{ userId: number; cart: string[] }>({
    store: counting,
    secret: SECRET,
    now: clock.now,
    refreshAfter: HOUR,
    cookie: { secure: true },
  });

  async function handle(request: Request): Promise<Response> {
    const session = await sessions.getSession(request);
    const { pathname } = new URL(request.url);
    let response = Response.json(session.toJSON());
    if (request.method === "POST") {
      if (pathname === "/sign-in") {
        await session.markAuthenticated({ userId: 7 });
      } else if (pathname === "/sign-out") await session.flush();
      else session.setDefault("cart", []).push("tea");
      response = new Response(null, { status: 303, headers: { Location: "/" } });
    }
    await sessions.commitSession(session, response.headers);
    return response;
  }

  let jar: { name: string | undefined; value: string | undefined } | undefined;
  /** A request as the browser sends it; says also what was asked of the store, and what the browser was told to do with its cookie. */
  async function visit(method: "GET" | "POST", path: string) {
    statements.length = 0;
    const headers: Record<string, string> = jar ? { Cookie: `theme=dark; ${jar.name}=${jar.value}` } : {};
    const response = await handle(new Request(`https://shop.example${path}`, { method, headers }));
    const setCookies = response.headers.getSetCookie().map(parseSetCookie);
    for (const { name, value, attributes } of setCookies) {
      jar = attributes["max-age"] === "0" ? undefined : { name, value };
    }
    const body: unknown = response.status === 200 ? await response.json() : undefined;
    return { body, statements: [...statements], setCookies, headers: response.headers };
  }

  return { visit, clock, keyInBrowser: () => jar?.value ?? null };
}

describeEachStore("A browser in a shop of plain requests and responses", (stores) => {
  it("looks around, fills a cart, signs in, reads, stays, and signs out", async () => {
    const { store } = stores();
    const { visit, clock, keyInBrowser } = shop(store);
    const expiry = async () => (await store.find(storedKey(keyInBrowser())))?.expireDate;
    const twoWeeksOn = () => new Date(clock.now().getTime() + TWO_WEEKS * 1000);

    const anonymous = await visit("GET", "/");
    expect(anonymous).toMatchObject({ body: {}, statements: [], setCookies: [] });
    expect([anonymous.headers.get("vary"), anonymous.headers.get("cache-control")]).toEqual([null, null]);

    const filled = await visit("POST", "/cart");
    expect(filled).toMatchObject({ statements: ["insert"], setCookies: [{ name: "__Host-session" }] });
    expect([filled.headers.get("vary"), filled.headers.get("cache-control")]).toEqual(["Cookie", "no-store"]);
    const keyBefore = keyInBrowser();

    expect(await visit("POST", "/sign-in")).toMatchObject({ statements: ["find", "update"], setCookies: [{}] });
    const key = keyInBrowser();
    expect(key).not.toBe(keyBefore);
    expect(await store.find(storedKey(keyBefore)), "the key from before signing in opens nothing").toBeUndefined();

    const signedIn = { userId: 7, cart: ["tea"] };
    expect(await visit("GET", "/")).toMatchObject({ body: signedIn, statements: ["find"], setCookies: [] });

    clock.advance(HOUR - 1);
    expect(await visit("GET", "/")).toMatchObject({ body: signedIn, statements: ["find"], setCookies: [] });
    clock.advance(1);
    expect(await visit("GET", "/")).toMatchObject({
      body: signedIn,
      statements: ["find", "update"],
      setCookies: [{ value: key, attributes: { "max-age": String(TWO_WEEKS) } }],
    });
    expect(await expiry()).toEqual(twoWeeksOn());

    clock.advance(1);
    expect(await visit("POST", "/cart")).toMatchObject({
      statements: ["find", "update"],
      setCookies: [{ value: key }],
    });
    expect(await expiry()).toEqual(twoWeeksOn());

    expect(await visit("POST", "/sign-out")).toMatchObject({
      statements: ["find", "delete"],
      setCookies: [{ name: "__Host-session", value: "", attributes: { "max-age": "0", path: "/" } }],
    });
    expect(await store.find(storedKey(key))).toBeUndefined();
    expect(await visit("GET", "/")).toMatchObject({ body: {}, statements: [], setCookies: [] });
  });

  it("keeps a cookie that opens no session, until it signs in again", async () => {
    const { store, otherStore } = stores();
    const { visit, keyInBrowser } = shop(store);
    await visit("POST", "/sign-in");
    const key = keyInBrowser();
    await otherStore.delete(storedKey(key));
    expect(await visit("GET", "/")).toMatchObject({ body: {}, statements: ["find"], setCookies: [] });
    expect(keyInBrowser()).toBe(key);
    expect(await visit("POST", "/sign-in")).toMatchObject({ statements: ["find", "insert"], setCookies: [{}] });
    expect(keyInBrowser()).not.toBe(key);
    expect(await visit("GET", "/")).toMatchObject({ body: { userId: 7 }, statements: ["find"], setCookies: [] });
  });
});
