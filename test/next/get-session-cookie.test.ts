// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { cookies } from "next/headers.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

describe("the cookie", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const save = (app: ReturnType<typeof nextApp>) => async () => {
    const session = await app.getSession();
    session.set("userId", 8);
    await session.save();
    return session;
  };

  it("in development: plain, HttpOnly, Lax, for as long as the row lives", async () => {
    const app = nextApp();
    const { result, setCookies } = await inNextRequest({}, save(app));
    expect(setCookies).toHaveLength(1);
    expect(parseSetCookie(setCookies[0])).toMatchObject({ name: "session", value: result.sessionKey });
    const { expires: _, ...attributes } = parseSetCookie(setCookies[0]).attributes;
    expect(attributes).toEqual({ path: "/", "max-age": String(TWO_WEEKS), httponly: undefined, samesite: "lax" });
  });

  it("in production: __Host- and Secure", async () => {
    vi.stubEnv("NODE_ENV", "production");
    const app = nextApp();
    const { setCookies } = await inNextRequest({}, save(app));
    expect(parseSetCookie(setCookies[0]).name).toBe("__Host-session");
    expect(parseSetCookie(setCookies[0]).attributes).toHaveProperty("secure");
  });

  it("with a domain: __Secure-, and every attribute that was asked for", async () => {
    const cookie = {
      secure: true,
      domain: "example.com",
      path: "/app",
      sameSite: "none",
      partitioned: true,
      priority: "high",
    } as const;
    const { setCookies } = await inNextRequest({}, save(nextApp({ cookie })));
    expect(parseSetCookie(setCookies[0]).name).toBe("__Secure-session");
    expect(parseSetCookie(setCookies[0]).attributes).toMatchObject({
      domain: "example.com",
      path: "/app",
      samesite: "none",
      priority: "high",
    });
    expect(parseSetCookie(setCookies[0]).attributes).toHaveProperty("partitioned");
  });

  it("moves its expiry along with a save, under the same key", async () => {
    const app = nextApp();
    const key = await app.signIn();
    app.clock.advance(60);
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, save(app));
    expect(parseSetCookie(setCookies[0])).toMatchObject({ value: key, attributes: { "max-age": String(TWO_WEEKS) } });
  });

  it("is left alone by a save that moves neither key nor expiry", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, save(app));
    expect(setCookies).toEqual([]);
    expect((await app.load(key)).get("userId")).toBe(8);
  });

  it("until the browser closes: without an age, and left alone by later saves", async () => {
    const app = nextApp({ expireAtBrowserClose: true });
    const first = await inNextRequest({}, save(app));
    expect(parseSetCookie(first.setCookies[0]).attributes).not.toHaveProperty("max-age");
    expect(parseSetCookie(first.setCookies[0]).attributes).not.toHaveProperty("expires");
    app.clock.advance(60);
    const cookies = { session: first.result.sessionKey as string };
    expect((await inNextRequest({ cookies }, save(app))).setCookies).toEqual([]);
  });

  it("changes with setExpiry: to a date, and to the browser's end", async () => {
    const app = nextApp();
    const session = await app.signIn();
    const set = (expiry: number | Date) => async () => {
      const opened = await app.getSession();
      opened.setExpiry(expiry);
      await opened.save();
    };
    const dated = await inNextRequest({ cookies: { session } }, set(new Date(app.clock.now().getTime() + 90_500)));
    expect(parseSetCookie(dated.setCookies[0]).attributes["max-age"]).toBe("91");
    const closing = await inNextRequest({ cookies: { session } }, set(0));
    expect(parseSetCookie(closing.setCookies[0]).attributes).not.toHaveProperty("max-age");
  });

  it("gets the new key after the row, by cycleKey", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const update = app.store.update.bind(app.store);
    app.store.update = async (...args) => {
      const outcome = await update(...args);
      expect((await cookies()).get("session")?.value).toBe(key);
      return outcome;
    };
    const { result, setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      const session = await app.getSession();
      await session.cycleKey();
      return session.sessionKey;
    });
    expect(result).not.toBe(key);
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: result }]);
  });

  it("is removed by flush, with the attributes it was set with", async () => {
    const app = nextApp({ cookie: { secure: true } });
    const key = await app.signIn();
    const { setCookies } = await inNextRequest({ cookies: { "__Host-session": key } }, async () => {
      await (await app.getSession()).flush();
    });
    expect(parseSetCookie(setCookies[0])).toMatchObject({ name: "__Host-session", value: "" });
    expect(parseSetCookie(setCookies[0]).attributes).toMatchObject({ "max-age": "0", path: "/", samesite: "lax" });
    expect(parseSetCookie(setCookies[0]).attributes).toHaveProperty("secure");
    expect(parseSetCookie(setCookies[0]).attributes).toHaveProperty("httponly");
    expect(await app.store.find(storedKey(key))).toBeUndefined();
  });

  it("that opens no session is removed by flush too. Without a cookie, none is touched", async () => {
    const app = nextApp();
    const flush = async () => (await app.getSession()).flush();
    const { setCookies } = await inNextRequest({ cookies: { session: UNKNOWN_KEY } }, flush);
    expect(parseSetCookie(setCookies[0])).toMatchObject({ value: "", attributes: { "max-age": "0" } });
    expect((await inNextRequest({}, flush)).setCookies).toEqual([]);
  });

  it("flush deletes the row of the cookie's key even if the reading found none, as of a replica that lags", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const find = app.store.find.bind(app.store);
    app.store.find = async () => undefined;
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      const session = await app.getSession();
      expect(session.sessionKey).toBeNull();
      await session.flush();
    });
    app.store.find = find;
    expect(await app.store.find(storedKey(key))).toBeUndefined();
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: "", attributes: { "max-age": "0" } }]);
  });
});
