import { type CookieOptions, createSessions, memoryStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { SECRET } from "../support.ts";
import { expectConfigError } from "./expect-config-error.ts";

const store = memoryStore();

describe("the cookie", () => {
  const impossible: [string, CookieOptions, RegExp][] = [
    [
      "__Host- with a domain",
      { name: "__Host-s", secure: true, domain: "example.com" },
      /`__Host-` cookie with a domain/,
    ],
    [
      "__Host- with a path",
      { name: "__Host-s", secure: true, path: "/app" },
      /`__Host-` cookie with a domain or a path/,
    ],
    ["__Host- without Secure", { name: "__Host-s", secure: false }, /name `__Host-s` without `secure: true`/],
    ["__Secure- without Secure", { name: "__secure-s", secure: false }, /without `secure: true`/],
    ["SameSite=None without Secure", { sameSite: "none", secure: false }, /`sameSite: "none"` without/],
    ["Partitioned without Secure", { partitioned: true, secure: false }, /`partitioned` without/],
    ["a name with a separator", { name: "a;b" }, /`name` must/],
    ["an empty name", { name: "" }, /`name` must/],
    ["a path without a leading slash", { path: "app" }, /begin with `\/`/],
    ["a path with another attribute in it", { path: "/; Domain=evil.example" }, /no `;`/],
    ["a domain that is an address", { domain: "https://example.com" }, /`domain` must/],
    ["a domain with a port", { domain: "example.com:3000" }, /`domain` must/],
    ["__Http- without Secure", { name: "__Http-s", secure: false }, /without `secure: true`/],
    ["__Host-Http- with a domain", { name: "__Host-Http-s", secure: true, domain: "example.com" }, /with a domain/],
    ["__Host-Http- with a path", { name: "__host-http-s", secure: true, path: "/app" }, /or a path/],
    ["__Host-Http- without Secure", { name: "__Host-Http-s", secure: false }, /without `secure: true`/],
    ["a name that ends in a line break", { name: "sid\n" }, /`name` must/],
    ["a path that is too long", { path: `/${"a".repeat(1024)}` }, /at most 1024/],
    ["a path with a line break", { path: "/\nSet-Cookie: a=b" }, /`path` must/],
    ["a path that is not a string", { path: 5 as unknown as string }, /`path` must/],
    ["a domain that is too long", { domain: Array(5).fill("a".repeat(50)).join(".") }, /`domain` must/],
    ["an empty domain", { domain: "" }, /`domain` must/],
    ["Partitioned that is not a boolean", { partitioned: "yes" as unknown as true, secure: true }, /true or false/],
    ["a name that is too long", { name: "s".repeat(257) }, /at most 256/],
    ["a domain with another attribute in it", { domain: "a.example; Secure" }, /`domain` must/],
    ["an unknown SameSite", { sameSite: "Lax" as "lax" }, /"strict", "lax" or "none"/],
    ["an unknown priority", { priority: "urgent" as "high" }, /"low", "medium" or "high"/],
    ["one that scripts can read", { httpOnly: false } as CookieOptions, /always HttpOnly/],
  ];

  it.each(impossible)("%s is a ConfigError", (_, cookie, message) => {
    expectConfigError({ store, secret: SECRET, cookie }, message);
    expectConfigError({ store, secret: SECRET, cookie }, /^The option `cookie` is invalid\. /);
  });

  it.each<[string, CookieOptions]>([
    ["__Secure- with a domain", { name: "__Secure-s", secure: true, domain: "example.com", path: "/app" }],
    ["SameSite=None with Secure", { sameSite: "none", secure: true, partitioned: true, priority: "high" }],
    ["a plain name without Secure", { name: "sid", secure: false }],
  ])("%s is allowed", (_, cookie) => {
    expect(() => createSessions({ store, secret: SECRET, cookie })).not.toThrow();
  });
});
