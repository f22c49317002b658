// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { AsyncResource } from "node:async_hooks";
import { cookies } from "next/headers.js";
import { ConfigError, type DbSession, memoryStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { type ShopData, storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

describe("getSession", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("of an anonymous visitor costs no statement and no cookie", async () => {
    const { getSession, calls } = nextApp();
    const { result, setCookies } = await inNextRequest({}, () => getSession());
    expect(result.isEmpty()).toBe(true);
    expect([calls, setCookies]).toEqual([[], []]);
  });

  it("gives the session of the cookie, loaded", async () => {
    const { getSession, signIn, calls } = nextApp();
    const session = await signIn();
    const { result, setCookies } = await inNextRequest({ cookies: { session } }, () => getSession());
    expect(result.get("userId")).toBe(7);
    expect([calls, setCookies]).toEqual([["find"], []]);
  });

  it("is remembered through one request, also when it is called twice at once", async () => {
    const { getSession, signIn, calls } = nextApp();
    const session = await signIn();
    await inNextRequest({ cookies: { session } }, async () => {
      const [first, second] = await Promise.all([getSession(), getSession()]);
      expect(first).toBe(second);
      expect(await getSession()).toBe(first);
    });
    expect(calls).toEqual(["find"]);
  });

  it("is not shared between requests", async () => {
    const { getSession, signIn } = nextApp();
    const session = await signIn();
    const one = await inNextRequest({ cookies: { session } }, () => getSession());
    const two = await inNextRequest({ cookies: { session } }, () => getSession());
    expect(one.result).not.toBe(two.result);
  });

  it("loads again after a load that failed", async () => {
    const { getSession, signIn, store } = nextApp();
    const session = await signIn();
    const find = store.find.bind(store);
    const failure = new Error("connection lost");
    store.find = () => Promise.reject(failure);
    await inNextRequest({ cookies: { session } }, async () => {
      await expect(getSession()).rejects.toBe(failure);
      store.find = find;
      expect((await getSession()).get("userId")).toBe(7);
    });
  });

  it("does not adopt an unknown key, and leaves its cookie alone", async () => {
    const { getSession } = nextApp();
    const { result, setCookies } = await inNextRequest({ cookies: { session: UNKNOWN_KEY } }, () => getSession());
    expect(result.sessionKey).toBeNull();
    expect(setCookies).toEqual([]);
  });

  it("outside of a request is a ConfigError that says where it works, with the error of Next.js", async () => {
    const { getSession, withSession } = nextApp();
    for (const call of [() => getSession(), withSession(() => {})]) {
      const error: unknown = await call().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        message: expect.stringMatching(/the Pages Router .* "prisma-db-session\/web".* "prisma-db-session\/testing"/),
        cause: expect.objectContaining({ message: expect.stringContaining("outside a request scope") }),
      });
    }
  });

  it("checks the options at the first use, not when the module is evaluated", async () => {
    const { getSession, open, load, clearExpired } = createNextSessions({ store: memoryStore(), secret: undefined });
    const missing = expect.objectContaining({ code: "SESSION_CONFIG" });
    await inNextRequest({}, () => expect(getSession()).rejects.toEqual(missing));
    // At build time what Next.js throws out of cookies() to make a route dynamic must come first.
    await expect(getSession()).rejects.toThrow("Cannot find a request");
    expect(() => open()).toThrow(missing);
    await expect(load()).rejects.toEqual(missing);
    await expect(clearExpired()).rejects.toEqual(missing);
  });

  it("comes with open, load and clearExpired for jobs and tests", async () => {
    const { open, load, clearExpired, signIn, clock } = nextApp();
    const key = await signIn();
    expect((await load(key)).get("userId")).toBe(7);
    expect(open(key).sessionKey).toBe(key);
    clock.advance(TWO_WEEKS);
    expect(await clearExpired()).toBe(1);
  });
});

describe("refreshAfter", () => {
  const MINUTE = 60;
  const read = (app: ReturnType<typeof nextApp>, session: string, phase: "action" | "render" = "action") =>
    inNextRequest({ cookies: { session }, phase }, async () => (await app.getSession()).get("userId"));

  it("costs a request that comes sooner nothing: one statement, no cookie, and the row stays as it is", async () => {
    const app = nextApp({ refreshAfter: MINUTE });
    const key = await app.signIn();
    app.clock.advance(MINUTE - 0.001);
    expect(await read(app, key)).toEqual({ result: 7, setCookies: [] });
    expect(app.calls).toEqual(["find"]);
    expect((await app.store.find(storedKey(key)))?.expireDate).toEqual(app.inSeconds(TWO_WEEKS - MINUTE + 0.001));
  });

  it("moves row and cookie on together, in a route handler or an action, and then rests as long again", async () => {
    const app = nextApp({ refreshAfter: MINUTE });
    const key = await app.signIn();
    for (let round = 0; round < 3; round++) {
      app.clock.advance(MINUTE);
      app.calls.length = 0;
      const { result, setCookies } = await read(app, key);
      expect(result).toBe(7);
      expect(app.calls).toEqual(["find", "update"]);
      expect(setCookies).toHaveLength(1);
      expect(parseSetCookie(setCookies[0])).toMatchObject({
        name: "session",
        value: key,
        attributes: { "max-age": String(TWO_WEEKS) },
      });
      expect((await app.store.find(storedKey(key)))?.expireDate).toEqual(app.inSeconds(TWO_WEEKS));
      app.calls.length = 0;
      app.clock.advance(MINUTE / 2);
      expect((await read(app, key)).setCookies).toEqual([]);
      app.clock.advance(-MINUTE / 2);
      expect(app.calls).toEqual(["find"]);
    }
  });

  it("happens once in a request, however often and at whatever time getSession() is called", async () => {
    const app = nextApp({ refreshAfter: MINUTE });
    const session = await app.signIn();
    app.clock.advance(MINUTE);
    await inNextRequest({ cookies: { session } }, async () => {
      await Promise.all([app.getSession(), app.getSession()]);
      app.clock.advance(MINUTE);
      await app.getSession();
    });
    expect(app.calls).toEqual(["find", "update"]);
  });

  it("does nothing in a server component, where the cookie could not move along", async () => {
    const app = nextApp({ refreshAfter: MINUTE });
    const key = await app.signIn();
    app.clock.advance(MINUTE);
    expect(await read(app, key, "render")).toEqual({ result: 7, setCookies: [] });
    expect(app.calls).toEqual(["find"]);
  });

  it("does nothing in after(), once the response is under way", async () => {
    const app = nextApp({ refreshAfter: MINUTE });
    const session = await app.signIn();
    app.clock.advance(MINUTE);
    await inNextRequest({ cookies: { session } }, async (changePhase) => {
      changePhase("after");
      expect((await app.getSession()).get("userId")).toBe(7);
    });
    expect(app.calls).toEqual(["find"]);
  });

  it("leaves the cookie of a session that lives until the browser closes alone, and moves its row on", async () => {
    const app = nextApp({ refreshAfter: MINUTE, expireAtBrowserClose: true });
    const key = await app.signIn();
    app.clock.advance(MINUTE);
    expect((await read(app, key)).setCookies).toEqual([]);
    expect((await app.store.find(storedKey(key)))?.expireDate).toEqual(app.inSeconds(TWO_WEEKS));
  });

  it("never moves a session past absoluteMaxAge", async () => {
    const app = nextApp({ refreshAfter: MINUTE, maxAge: 2 * MINUTE, absoluteMaxAge: 3 * MINUTE });
    const key = await app.signIn();
    app.clock.advance(1.5 * MINUTE);
    expect(parseSetCookie((await read(app, key)).setCookies[0]).attributes["max-age"]).toBe("90");
    app.clock.advance(MINUTE);
    expect(await read(app, key), "the end stands still").toEqual({ result: 7, setCookies: [] });
    app.clock.advance(0.5 * MINUTE);
    expect((await read(app, key)).result).toBeUndefined();
  });

  it("left out: no session is moved on by being read", async () => {
    const app = nextApp();
    const key = await app.signIn();
    app.clock.advance(TWO_WEEKS - 1);
    expect(await read(app, key)).toEqual({ result: 7, setCookies: [] });
    expect(app.calls).toEqual(["find"]);
  });

  it("costs an anonymous visitor nothing", async () => {
    const app = nextApp({ refreshAfter: MINUTE });
    const { setCookies } = await inNextRequest({}, () => app.getSession());
    expect([app.calls, setCookies]).toEqual([[], []]);
  });
});

describe("in a server component", () => {
  const readOnly = expect.objectContaining({
    code: "SESSION_READ_ONLY",
    name: "SessionReadOnlyError",
    isWritten: false,
    message: expect.stringMatching(/Nothing was saved\. Write it in a server action or a route handler/),
  });

  it("the session can be read", async () => {
    const app = nextApp();
    const session = await app.signIn();
    const { result } = await inNextRequest({ cookies: { session }, phase: "render" }, () => app.getSession());
    expect(result.get("userId")).toBe(7);
  });

  it("save, create, cycleKey, flush and refresh are a SessionReadOnlyError, and nothing is written", async () => {
    const app = nextApp({ refreshAfter: 60 });
    const key = await app.signIn();
    const before = await app.store.find(storedKey(key));
    app.clock.advance(60);
    for (const write of ["save", "create", "cycleKey", "flush", "refresh"] as const) {
      app.calls.length = 0;
      const { setCookies } = await inNextRequest({ cookies: { session: key }, phase: "render" }, async () => {
        const session = await app.getSession();
        session.set("userId", 8);
        await expect(session[write]()).rejects.toEqual(readOnly);
        expect(session.sessionKey).toBe(key);
      });
      expect([app.calls, setCookies]).toEqual([["find"], []]);
    }
    expect(await app.store.find(storedKey(key))).toEqual(before);
  });

  it.each([
    ["until the browser closes", (session: DbSession<ShopData>) => session.setExpiry(0)],
    ["to a fixed date", (session: DbSession<ShopData>) => session.setExpiry(new Date("2031-01-01"))],
  ])("nor where the cookie need not move, since the session lasts %s", async (_, setExpiry) => {
    const app = nextApp();
    const { result: key } = await inNextRequest({}, async () => {
      const session = await app.getSession();
      setExpiry(session);
      await session.save();
      return session.sessionKey as string;
    });
    app.calls.length = 0;
    await inNextRequest({ cookies: { session: key }, phase: "render" }, async () => {
      const session = await app.getSession();
      session.set("userId", 8);
      await expect(session.save()).rejects.toEqual(readOnly);
      await expect(session.destroy()).rejects.toEqual(readOnly);
    });
    expect(app.calls).toEqual(["find"]);
  });

  it("nor in after(), once the response is under way", async () => {
    const app = nextApp();
    const key = await app.signIn();
    app.clock.advance(60);
    await inNextRequest({ cookies: { session: key } }, async (changePhase) => {
      const session = await app.getSession();
      changePhase("after");
      session.set("userId", 8);
      await expect(session.save()).rejects.toEqual(readOnly);
    });
    expect(app.calls).toEqual(["find"]);
  });

  it("the error leads to the user's call", async () => {
    const app = nextApp();
    await inNextRequest({ phase: "render" }, async () => {
      const session = await app.getSession();
      async function userCode() {
        await session.save();
      }
      const error: unknown = await userCode().catch((error: unknown) => error);
      const lines = String((error as Error).stack).split("\n");
      expect(lines.find((line) => line.startsWith("    at ") && !line.includes("/src/"))).toContain("userCode");
    });
  });

  it("a call that Next.js does not follow still belongs to its request", async () => {
    const app = nextApp();
    const outside = AsyncResource.bind(<Result>(work: () => Result) => work());
    const { setCookies } = await inNextRequest({}, async () => {
      const session = await app.getSession();
      await outside(async () => {
        expect(() => cookies()).toThrow("outside a request scope");
        await session.markAuthenticated({ userId: 7 });
      });
    });
    expect(setCookies).toHaveLength(1);
  });

  it("a new session cannot be saved either", async () => {
    const app = nextApp();
    await inNextRequest({ phase: "render" }, async () => {
      const session = await app.getSession();
      session.set("userId", 8);
      await expect(session.save()).rejects.toEqual(readOnly);
    });
    expect(app.calls).toEqual([]);
  });
});
