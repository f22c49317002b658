import fc from "fast-check";
import { RequestCookies } from "next/dist/compiled/@edge-runtime/cookies/index.js";
import { createSessions, memoryStore } from "prisma-db-session";
import { hasSessionCookie } from "prisma-db-session/edge";
import { describe, expect, it } from "vitest";
import { SECRET, UNKNOWN_KEY } from "../support.ts";

const withCookie = (cookie?: string) =>
  new Request("http://localhost/", cookie === undefined ? {} : { headers: { cookie } });

const has = (cookie?: string, name?: string) =>
  hasSessionCookie(withCookie(cookie), name === undefined ? undefined : { name });

const KEY = UNKNOWN_KEY;

describe("hasSessionCookie", () => {
  it("finds a cookie by each of the names that it has by default", () => {
    for (const name of ["__Host-session", "__Secure-session", "session"]) {
      expect(has(`${name}=${KEY}`), name).toBe(true);
      expect(has(`theme=dark; ${name}=${KEY}; lang=de`), name).toBe(true);
    }
  });

  it("finds none where there is none", () => {
    for (const cookie of [undefined, "", ";", "=", KEY, `=${KEY}`, `theme=${KEY}`, "session", "session;", "session="]) {
      expect(has(cookie), String(cookie)).toBe(false);
    }
  });

  it("finds a cookie of a name of one's own, and then no other", () => {
    expect(has(`sid=${KEY}`, "sid")).toBe(true);
    expect(has(`session=${KEY}`, "sid")).toBe(false);
    expect(has(`sid=${KEY}`)).toBe(false);
  });

  it("takes a name as it is: neither a part of another, nor in another case, nor behind a space that browsers know nothing of", () => {
    for (const name of [
      "my-session",
      "session2",
      "Session",
      "__host-session",
      "\u00a0__Host-session",
      "\u0085session",
    ]) {
      expect(has(`${name}=${KEY}`), JSON.stringify(name)).toBe(false);
    }
  });

  it("does not take a value of another cookie for one", () => {
    expect(has(`theme="a, session=${KEY}"`)).toBe(false);
    expect(has(`theme=session=${KEY}`)).toBe(false);
  });

  it("counts only what can be a key: 8 to 40 characters of a-z and 0-9", () => {
    for (const value of ["a".repeat(8), "0".repeat(40), KEY]) {
      expect(has(`session=${value}`), value).toBe(true);
    }
    const impossible = [
      "a".repeat(7),
      "a".repeat(41),
      KEY.toUpperCase(),
      `${KEY}.`,
      `${KEY}=`,
      `"${KEY}"`,
      `"${KEY}`,
      `${KEY} x`,
    ];
    for (const value of [...impossible, `sha256.${"0".repeat(64)}`, "%61aaaaaaa", "ſessionſ"]) {
      // Headers refuse some of these, but what implements them by itself may not.
      const request = { headers: { get: () => `session=${value}` } };
      expect(hasSessionCookie(request), value).toBe(false);
    }
  });

  it("says nothing about whether there is such a session", async () => {
    const sessions = createSessions({ store: memoryStore(), secret: SECRET });
    expect(has(`session=${KEY}`)).toBe(true);
    expect((await sessions.load(KEY)).sessionKey).toBeNull();
  });

  it("sees, whatever the header looks like, a value that Next.js sees too", () => {
    const name = fc.constantFrom("session", "sid", "", " session");
    const value = fc.constantFrom(KEY, "a".repeat(8), "short", "", "not a key", "a=b");
    // Not a bare "session", which is for Next.js a cookie of the value "true": to browsers that is a cookie without a name.
    const pair = fc.oneof(
      fc.tuple(name, value).map(([each, text]) => `${each}=${text}`),
      fc.constantFrom("", KEY),
    );
    const header = fc
      .array(fc.tuple(pair, fc.constantFrom("; ", ";", ";  ")))
      .map((pairs) => pairs.map(([text, end]) => text + end).join(""));
    let found = 0;
    fc.assert(
      fc.property(header, (cookie) => {
        const { headers } = withCookie(cookie);
        const nexts = new RequestCookies(headers).get("session")?.value ?? "";
        expect(hasSessionCookie({ headers }, { name: "session" })).toBe(/^[a-z0-9]{8,40}$/.test(nexts));
        if (nexts === KEY) found++;
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(found).toBeGreaterThan(100);
  });
});
