import { memoryStore, type SessionsOptions } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { describe, expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { SECRET, storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { requestWith, respond, webApp } from "./app.ts";

describe("createWebSessions", () => {
  it.each<[string, Partial<SessionsOptions>]>([
    ["secret", { secret: undefined }],
    ["store", { store: undefined }],
    ["cookie", { cookie: { name: "__Host-s", secure: false } }],
  ])("checks its options at once: %s", (_, options) => {
    expect(() => createWebSessions({ store: memoryStore(), secret: SECRET, ...options })).toThrow(
      expect.objectContaining({ code: "SESSION_CONFIG" }),
    );
  });

  it("comes with open, load and clearExpired for jobs and tests", async () => {
    const app = webApp();
    const key = await app.signIn();
    expect((await app.load(key)).get("userId")).toBe(7);
    expect(app.open(key).sessionKey).toBe(key);
    app.clock.advance(TWO_WEEKS);
    expect(await app.clearExpired()).toBe(1);
  });
});

describe("getSession", () => {
  it("of an anonymous visitor costs no statement", async () => {
    const app = webApp();
    for (const cookie of [undefined, "theme=dark"]) {
      expect((await app.getSession(requestWith(cookie))).isEmpty()).toBe(true);
    }
    expect(app.calls).toEqual([]);
  });

  it("gives the session of the cookie, loaded by one statement", async () => {
    const app = webApp();
    const key = await app.signIn();
    for (const cookie of [`session=${key}`, `theme=dark; session=${key}; lang=de`]) {
      app.calls.length = 0;
      expect((await app.getSession(requestWith(cookie))).get("userId"), cookie).toBe(7);
      expect(app.calls).toEqual(["find"]);
    }
  });

  it("of several cookies of the name takes the last, as Next.js does", async () => {
    const app = webApp();
    const key = await app.signIn();
    const session = await app.getSession(requestWith(`session=${UNKNOWN_KEY}; session=${key}`));
    expect(session.sessionKey).toBe(key);
    expect((await app.getSession(requestWith(`session=${key}; session=${UNKNOWN_KEY}`))).sessionKey).toBeNull();
  });

  it("takes a cookie of no other name", async () => {
    const app = webApp({ cookie: { name: "sid" } });
    const key = await app.signIn();
    const cookie = `session=${key}; Sid=${key}; sid2=${key}; asid=${key}`;
    expect((await app.getSession(requestWith(cookie))).sessionKey).toBeNull();
    expect(app.calls).toEqual([]);
    expect((await app.getSession(requestWith(`${cookie}; sid=${key}`))).sessionKey).toBe(key);
  });

  it("passes on what the database says", async () => {
    const app = webApp();
    const key = await app.signIn();
    const failure = new Error("connection lost");
    app.store.find = () => Promise.reject(failure);
    await expect(app.getSession(requestWith(`session=${key}`))).rejects.toBe(failure);
  });
});

describe("the headers for caches", () => {
  it.each([
    [null, "Cookie"],
    ["Accept-Encoding", "Accept-Encoding, Cookie"],
    ["Cookie", "Cookie"],
    ["accept, COOKIE ,origin", "accept, COOKIE ,origin"],
    ["*", "*"],
    ["Cookie2", "Cookie2, Cookie"],
  ])("Vary: %s becomes %s", async (before, after) => {
    const headers = new Headers(before === null ? {} : { Vary: before });
    await respond(webApp(), undefined, (session) => session.set("userId", 7), headers);
    expect(headers.get("vary")).toBe(after);
  });

  it.each(["CDN-Cache-Control", "Surrogate-Control", "Vercel-CDN-Cache-Control", "Cloudflare-CDN-Cache-Control"])(
    "%s, which would overrule it, is removed",
    async (name) => {
      const headers = new Headers({ [name]: "public, max-age=600" });
      await respond(webApp(), undefined, (session) => session.set("userId", 7), headers);
      expect(headers.has(name)).toBe(false);
    },
  );

  it.each(["public, max-age=3600", "s-maxage=60, stale-while-revalidate", "private", "no-store"])(
    "Cache-Control: %s becomes no-store",
    async (before) => {
      const headers = new Headers({ "Cache-Control": before });
      await respond(webApp(), undefined, (session) => session.set("userId", 7), headers);
      expect(headers.get("cache-control")).toBe("no-store");
    },
  );
});

describe("refreshAfter", () => {
  const MINUTE = 60;

  it("moves row and cookie on together when it is due, and not before", async () => {
    const app = webApp({ refreshAfter: MINUTE });
    const key = await app.signIn();
    app.clock.advance(MINUTE - 0.001);
    expect([...(await respond(app, `session=${key}`)).headers]).toEqual([]);
    expect(app.calls).toEqual(["find"]);

    app.clock.advance(0.001);
    app.calls.length = 0;
    const { headers, setCookies } = await respond(app, `session=${key}`);
    expect(app.calls).toEqual(["find", "update"]);
    expect(setCookies.map(parseSetCookie)).toMatchObject([
      { value: key, attributes: { "max-age": String(TWO_WEEKS) } },
    ]);
    expect(headers.get("cache-control")).toBe("no-store");
    expect((await app.store.find(storedKey(key)))?.expireDate).toEqual(app.inSeconds(TWO_WEEKS));

    app.calls.length = 0;
    app.clock.advance(MINUTE - 0.001);
    expect([...(await respond(app, `session=${key}`)).headers]).toEqual([]);
    expect(app.calls).toEqual(["find"]);
  });

  it("left out: reading moves nothing on", async () => {
    const app = webApp();
    const key = await app.signIn();
    app.clock.advance(TWO_WEEKS - 1);
    expect([...(await respond(app, `session=${key}`)).headers]).toEqual([]);
    expect(app.calls).toEqual(["find"]);
  });
});
