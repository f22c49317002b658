import { createHmac, hkdfSync } from "node:crypto";
import { createSessions, memoryStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { memorySessions, SECRET, storedKey } from "../support.ts";
import { expectConfigError } from "./expect-config-error.ts";

const store = memoryStore();

describe("the secret", () => {
  it.each([undefined, "", [], [""], null])(
    "that is missing (%j) throws a ConfigError that says how to make a secret",
    (secret) => {
      expectConfigError({ store, secret }, /`secret` is missing\. Make one with `openssl rand -base64 32`/);
    },
  );

  it("may be followed by a secret that is not set", () => {
    expect(() => createSessions({ store, secret: [SECRET, undefined] })).not.toThrow();
    expectConfigError({ store, secret: [undefined, SECRET] }, /`secret` is missing/);
  });

  it.each(["x".repeat(31), [SECRET, "short"], [1], 12345, {}, true])(
    "that is too short (%j) throws ConfigError",
    (secret) => {
      expectConfigError({ store, secret }, /`secret` must be a string of at least 32 characters\. Make one/);
    },
  );

  it("is never in the message", () => {
    expect(() => createSessions({ store, secret: "my-own-but-short" })).not.toThrow(/my-own/);
  });

  it("is not used directly: HKDF derives a key for each purpose", async () => {
    const store = memoryStore();
    const session = memorySessions({ store }).sessions.open();
    session.set("userId", 7);
    await session.save();
    const rowKey = storedKey(session.sessionKey);
    const data = String((await store.find(rowKey))?.data);
    const [, signature, ...text] = data.split(".");
    const key = Buffer.from(hkdfSync("sha256", SECRET, "", "prisma-db-session signedJson v1", 32));
    const signed = `v1.${rowKey.length}.${rowKey}.${text.join(".")}`;
    expect(signature).toBe(createHmac("sha256", key).update(signed).digest("hex"));
  });

  it("of 32 characters is long enough", () => {
    expect(() => createSessions({ store, secret: "x".repeat(32) })).not.toThrow();
  });
});
