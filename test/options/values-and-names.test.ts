import { createSessions, memoryStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { memorySessions, SECRET, TWO_WEEKS } from "../support.ts";
import { expectConfigError } from "./expect-config-error.ts";

const store = memoryStore();

describe("other options", () => {
  it.each(["maxAge", "absoluteMaxAge", "refreshAfter"])(
    "%s must be a positive number of seconds, at most 400 days",
    (name) => {
      for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "60"]) {
        expectConfigError(
          { store, secret: SECRET, [name]: value },
          new RegExp(`\`${name}\` must be a positive number of seconds`),
        );
      }
      const options = { store, secret: SECRET, maxAge: 34_560_000 };
      const given = name === "refreshAfter" ? 34_559_999 : 34_560_000;
      expect(() => createSessions({ ...options, [name]: given })).not.toThrow();
      for (const value of [34_560_001, 1000 * 60 * 60 * 24 * 14]) {
        expectConfigError(
          { ...options, [name]: value },
          new RegExp(`\`${name}\` must be at most 34560000 seconds \\(400 days\\).*Did you mean milliseconds`),
        );
      }
    },
  );

  it.each([
    ["maxage", { maxage: 60 }, /`maxage` is an unknown option\. Did you mean `maxAge`\?/],
    ["max_age", { max_age: 60 }, /`max_age` is an unknown option\. Did you mean `maxAge`\?/],
    ["ttl", { ttl: 60 }, /`ttl` is an unknown option\. Remove it, or correct it to one of .*`maxAge`/],
    ["of cookie", { cookie: { samesite: "lax" } }, /`cookie\.samesite` is .*Did you mean `cookie\.sameSite`\?/],
    ["of cookie", { cookie: { maxAge: 60 } }, /`cookie\.maxAge` is .*one of `name`, `domain`, `path`/],
    ["of maxPerOwner", { maxPerOwner: { column: "userId", maximum: 5 } }, /`maxPerOwner\.maximum` is .*`max`/],
  ])("an unknown name (%s) throws a ConfigError with a suggestion", (_, options, message) => {
    expectConfigError({ store, secret: SECRET, ...options }, message);
  });

  it("option names of the other entries are accepted, so that entries can share one object", () => {
    const shared = { store, secret: SECRET, onInterrupted: "/sign-in" };
    expect(() => createSessions(shared)).not.toThrow();
  });

  it("refreshAfter must be shorter than maxAge", () => {
    for (const options of [{ maxAge: 60, refreshAfter: 60 }, { refreshAfter: TWO_WEEKS }]) {
      expectConfigError({ store, secret: SECRET, ...options }, /`refreshAfter` must be shorter than `maxAge`/);
    }
  });

  it("onConflict must be one of three values", () => {
    expectConfigError({ store, secret: SECRET, onConflict: "ignore" }, /"merge", "overwrite" or "error"/);
  });

  it("randomKey must return valid keys, and no row gets an invalid key", async () => {
    const { sessions } = memorySessions({ randomKey: () => "Not A Key" });
    await expect(sessions.open().save()).rejects.toMatchObject({ code: "SESSION_CONFIG" });
  });

  it.each([
    ["codec", { codec: {} }, /`codec` must have `encode`, `decode`\./],
    ["serializer", { serializer: { stringify: JSON.stringify } }, /`serializer` must have `parse`\./],
    ["store", { store: { find() {} } }, /`store` must have `insert`, `update`/],
    ["now", { now: 5 }, /`now` must be a function/],
    ["randomKey", { randomKey: "key" }, /`randomKey` must be a function/],
    ["onEvent", { onEvent: true }, /`onEvent` must be a function/],
    ["cookie.secure", { cookie: { secure: "no" } }, /`secure` must be true or false/],
  ])("%s of the wrong form throws ConfigError immediately", (_, options, message) => {
    expectConfigError({ store, secret: SECRET, ...options }, message);
  });
});
