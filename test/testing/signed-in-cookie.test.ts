// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { createSessions, memoryStore, type SessionsOptions } from "prisma-db-session";
import { createNextSessions, type NextSessionsOptions } from "prisma-db-session/next";
import { signedInCookie } from "prisma-db-session/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { describeEachPrisma7OwnedDatabase } from "../databases/index.ts";
import { inNextRequest } from "../next/request.ts";
import { SECRET, START, TWO_WEEKS } from "../support.ts";

interface Data {
  userId: number;
  cart: string[];
}

const options = (also: Partial<SessionsOptions<Data>> = {}): SessionsOptions<Data> => ({
  store: memoryStore(),
  secret: SECRET,
  now: () => START,
  ...also,
});
const dev = { url: "http://localhost:3000", nodeEnv: "development" } as const;

afterEach(() => vi.unstubAllEnvs());

describe("signedInCookie", () => {
  it("is signed in in the app, as by markAuthenticated(data)", async () => {
    const shared: NextSessionsOptions<Data> = { ...options(), onInterrupted: "/sign-in" };
    const { cookie, header } = await signedInCookie(shared, { userId: 7, cart: ["tea"] }, dev);
    const { getSession } = createNextSessions(shared);
    const { result } = await inNextRequest({ cookies: { [cookie.name]: cookie.value } }, async () => {
      const session = await getSession();
      return [session.toJSON(), session.isFresh(1)];
    });
    expect(result).toEqual([{ userId: 7, cart: ["tea"] }, true]);
    expect(header).toBe(`session=${cookie.value}`);
  });

  it("has the attributes that Playwright takes, with the expiry in seconds", async () => {
    const { cookie } = await signedInCookie(options(), { userId: 7 }, dev);
    expect(cookie).toEqual({
      name: "session",
      value: expect.stringMatching(/^[a-z0-9]{32}$/),
      domain: "localhost",
      path: "/",
      expires: START.getTime() / 1000 + TWO_WEEKS,
      httpOnly: true,
      secure: false,
      sameSite: "Lax",
    });
  });

  it("follows the options of the cookie", async () => {
    const cookie = { name: "sid", domain: "shop.example", path: "/app", sameSite: "strict", secure: true } as const;
    const shared = options({ cookie, expireAtBrowserClose: true });
    const made = await signedInCookie(shared, { userId: 7 }, { url: "https://www.shop.example/app" });
    expect(made.cookie).toMatchObject({
      name: "sid",
      domain: ".shop.example",
      path: "/app",
      sameSite: "Strict",
      secure: true,
      expires: -1,
    });
  });

  it("obeys the lifetimes, the limit and the columns of the options", async () => {
    const shared = options({
      maxAge: 100,
      columns: ({ userId = null }) => ({ userId }),
      maxPerOwner: { column: "userId", max: 1 },
    });
    await signedInCookie(shared, { userId: 7 }, dev);
    const { cookie } = await signedInCookie(shared, { userId: 7 }, dev);
    const [listed, ...more] = await createSessions(shared).list({ userId: 7 });
    expect(more).toEqual([]);
    expect(listed?.expireDate.getTime()).toBe(cookie.expires * 1000);
  });

  type App = Parameters<typeof signedInCookie>[2];
  it.each<[app: App, cookie: SessionsOptions["cookie"], name: string, secure: boolean]>([
    [{ url: "http://localhost:3000", nodeEnv: "production" }, undefined, "__Host-session", true],
    [{ url: "http://app.localhost", nodeEnv: "production" }, { path: "/app" }, "__Secure-session", true],
    [{ url: "https://shop.example" }, undefined, "__Host-session", true],
    [{ url: "https://localhost:3000", nodeEnv: "development" }, undefined, "session", false],
    [{ url: "http://shop.lan" }, undefined, "session", false],
    [{ url: "http://[::1]:3000" }, { secure: true }, "__Host-session", true],
    [{ url: "http://127.0.0.1:3000" }, { secure: false }, "session", false],
    [{ url: "http://localhost:3000" }, { name: "__Host-sid" }, "__Host-sid", true],
    [{ url: "http://localhost:3000" }, { name: "sid" }, "sid", false],
    [{ url: "https://shop.example" }, { name: "sid" }, "sid", true],
  ])("names the cookie as the app at %j with %j does: %s", async (app, cookie, name, secure) => {
    for (const nodeEnv of ["test", "production"]) {
      vi.stubEnv("NODE_ENV", nodeEnv); // of the test runner
      const made = await signedInCookie(options(cookie && { cookie }), { userId: 7 }, app);
      expect(made.cookie).toMatchObject({ name, secure });
    }
  });

  it.each<[what: string, app: unknown, cookie: SessionsOptions["cookie"], message: RegExp]>([
    [
      "may have two names",
      { url: "http://localhost:3000" },
      {},
      /Cannot tell the name.*localhost:3000.*Pass `nodeEnv/s,
    ],
    [
      "is Secure on plain http",
      { url: "http://shop.lan", nodeEnv: "production" },
      {},
      /refuses a Secure cookie.*shop\.lan/,
    ],
    ["is set to Secure on plain http", { url: "http://shop.lan" }, { secure: true }, /refuses a Secure cookie/],
    ["is of another domain", { url: "https://evilshop.example" }, { domain: "shop.example" }, /does not send a cookie/],
    ["contradicts its name", { ...dev }, { name: "__Host-sid" }, /Browsers refuse a cookie with the name `__Host-sid`/],
    ["is of no app", { url: "localhost:3000" }, {}, /`url` must be the full URL/],
    ["is of another environment", { url: "http://localhost", nodeEnv: "test" }, {}, /`nodeEnv` must be/],
  ])("explains a cookie that %s, and writes no row", async (_, app, cookie, message) => {
    const store = memoryStore();
    const shared = options({ store, ...(cookie && { cookie }) });
    await expect(signedInCookie(shared, { userId: 7 }, app as App)).rejects.toMatchObject({
      code: "SESSION_CONFIG",
      message: expect.stringMatching(message),
    });
    expect(await store.findMatching({})).toEqual([]);
  });

  it("refuses to run inside of a Next.js server, and writes no row", async () => {
    vi.stubEnv("NEXT_RUNTIME", "nodejs");
    const store = memoryStore();
    await expect(signedInCookie(options({ store }), { userId: 7 }, dev)).rejects.toMatchObject({
      code: "SESSION_CONFIG",
      message: expect.stringContaining("must not run inside of the app"),
    });
    expect(await store.findMatching({})).toEqual([]);
  });

  it("explains a missing secret", async () => {
    await expect(signedInCookie(options({ secret: undefined }), { userId: 7 }, dev)).rejects.toThrow(/secret/);
  });
});

describeEachPrisma7OwnedDatabase("signedInCookie", (db) => {
  it("writes the row through the app's model", async () => {
    const model = db().prisma.session;
    const { cookie } = await signedInCookie<Data>({ model, secret: SECRET }, { userId: 7 }, dev);
    const session = await createSessions<Data>({ model, secret: SECRET }).load(cookie.value);
    expect(session.toJSON()).toEqual({ userId: 7 });
  });
});
