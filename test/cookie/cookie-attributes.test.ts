// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { type CookieOptions, memoryStore, type SessionsOptions } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { createWebSessions } from "prisma-db-session/web";
import { afterEach, describe, expect, it, vi } from "vitest";
import { inNextRequest } from "../next/request.ts";
import { SECRET, TWO_WEEKS, testClock } from "../support.ts";
import { parseSetCookie } from "./set-cookie.ts";

/** What signing in, and then signing out, sends to the browser. */
interface Sent {
  readonly set: string | undefined;
  readonly removed: string | undefined;
}

type Carrier = (options: SessionsOptions, expiry?: Date | null) => Promise<Sent>;

const CARRIERS: Record<string, Carrier> = {
  async "next/headers"(options, expiry = null) {
    const { getSession } = createNextSessions(options);
    const signedIn = await inNextRequest({}, async () => {
      const session = await getSession();
      session.setExpiry(expiry);
      await session.save();
    });
    const { name = "", value = "" } = parseSetCookie(signedIn.setCookies[0]);
    const signedOut = await inNextRequest({ cookies: { [name]: value } }, async () => (await getSession()).flush());
    return { set: signedIn.setCookies[0], removed: signedOut.setCookies[0] };
  },
  async Headers(options, expiry = null) {
    const { getSession, commitSession } = createWebSessions(options);
    const [signedIn, signedOut] = [new Headers(), new Headers()];
    const first = await getSession(new Request("http://localhost/"));
    first.setExpiry(expiry);
    await first.save();
    await commitSession(first, signedIn);
    const { name, value } = parseSetCookie(signedIn.getSetCookie()[0]);
    const second = await getSession(new Request("http://localhost/", { headers: { cookie: `${name}=${value}` } }));
    await second.flush();
    await commitSession(second, signedOut);
    return { set: signedIn.getSetCookie()[0], removed: signedOut.getSetCookie()[0] };
  },
};

/** Each attribute as it must be; but when it ends, which is another matter. */
const TABLE: [about: string, env: string | undefined, options: CookieOptions, name: string, attributes: object][] = [
  ["in production", "production", {}, "__Host-session", { path: "/", samesite: "lax", secure: undefined }],
  ["in development", "development", {}, "session", { path: "/", samesite: "lax" }],
  ["in a test", "test", {}, "session", { path: "/", samesite: "lax" }],
  [
    "in production, with a domain",
    "production",
    { domain: "example.com" },
    "__Secure-session",
    { path: "/", samesite: "lax", secure: undefined, domain: "example.com" },
  ],
  [
    "in production, with a path",
    "production",
    { path: "/app" },
    "__Secure-session",
    { path: "/app", samesite: "lax", secure: undefined },
  ],
  [
    "where nobody says what it runs as",
    undefined,
    {},
    "__Host-session",
    { path: "/", samesite: "lax", secure: undefined },
  ],
  ["on a server for trials", "staging", {}, "__Host-session", { path: "/", samesite: "lax", secure: undefined }],
  [
    "in development, with a domain and a path",
    "development",
    { domain: ".example.com", path: "/app" },
    "session",
    { path: "/app", samesite: "lax", domain: ".example.com" },
  ],
  [
    "in development, secure all the same",
    "development",
    { secure: true, sameSite: "strict" },
    "__Host-session",
    { path: "/", samesite: "strict", secure: undefined },
  ],
  [
    "with everything",
    "production",
    {
      name: "__Secure-sid",
      domain: "example.com",
      path: "/app",
      sameSite: "none",
      partitioned: true,
      priority: "high",
    },
    "__Secure-sid",
    {
      path: "/app",
      samesite: "none",
      secure: undefined,
      domain: "example.com",
      partitioned: undefined,
      priority: "high",
    },
  ],
];

describe.each(Object.entries(CARRIERS))("the cookie, through %s,", (_, carry) => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const options = (cookie?: CookieOptions, more?: Partial<SessionsOptions>): SessionsOptions => ({
    store: memoryStore(),
    secret: SECRET,
    now: testClock().now,
    ...(cookie && { cookie }),
    ...more,
  });

  it.each(TABLE)(
    "%s: name and attributes, and the same when it is removed",
    async (_, env, cookie, name, attributes) => {
      vi.stubEnv("NODE_ENV", env);
      const { set, removed } = await carry(options(cookie));
      for (const [header, value, maxAge] of [
        [set, expect.stringMatching(/^[a-z0-9]{32}$/), String(TWO_WEEKS)],
        [removed, "", "0"],
      ]) {
        const { expires: _, ...sent } = parseSetCookie(header).attributes;
        expect(parseSetCookie(header)).toMatchObject({ name, value });
        expect(sent).toStrictEqual({ ...attributes, httponly: undefined, "max-age": maxAge });
      }
    },
  );

  it("has a name and a value that are together far below 4096 bytes, however long they may be", async () => {
    const { set } = await carry(options({ name: "n".repeat(256) }, { randomKey: () => "k".repeat(40) }));
    const { name = "", value = "" } = parseSetCookie(set);
    expect([name.length, value.length]).toEqual([256, 40]);
    expect(Buffer.byteLength(String(set))).toBeLessThan(4096);
  });

  it("until the browser closes has neither an age nor a date", async () => {
    const { set, removed } = await carry(options({}, { expireAtBrowserClose: true }));
    expect(parseSetCookie(set).attributes).toStrictEqual({ path: "/", httponly: undefined, samesite: "lax" });
    expect(parseSetCookie(removed).attributes).toMatchObject({ "max-age": "0" });
  });

  it("of a session that is over at once has no age, rather than one below zero", async () => {
    const { set } = await carry(options({}, { onEvent: () => {} }), new Date("2029-12-31"));
    expect(parseSetCookie(set).attributes["max-age"]).toBe("0");
  });

  it("lives for 400 days at most, however long its row lives: no browser keeps one longer", async () => {
    const { set } = await carry(options({}), new Date("2040-01-01"));
    expect(parseSetCookie(set).attributes["max-age"]).toBe("34560000");
  });

  it.each([
    [0.2, "1"],
    [90, "90"],
    [90.001, "91"],
  ])("lives no shorter than its row: %s seconds are %s", async (maxAge, expected) => {
    const { set } = await carry(options({}, { maxAge }));
    expect(parseSetCookie(set).attributes["max-age"]).toBe(expected);
  });
});
