// In development: a secret that is long enough, but not random.
import { randomBytes } from "node:crypto";
import { createSessions, memoryStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { expect, it, vi } from "vitest";
import { freshWarnings } from "./support.ts";

const warnings = freshWarnings("development");

const use = (secret: string | string[]) => createSessions({ store: memoryStore(), secret }).open();

const FEW = /^prisma-db-session: `secret` has few different characters, so an attacker can guess it\. Make one with/;

it.each(["a".repeat(32), "0123456".repeat(9), "password".repeat(4), "changeme".repeat(4)])(
  "a secret like %s is warned of, and not printed",
  (secret) => {
    use(secret);
    expect(warnings()).toEqual([expect.stringMatching(FEW)]);
    expect(warnings()[0]).not.toContain(secret);
  },
);

it("an older secret is warned of too, and all of them once in a process", () => {
  use([randomBytes(32).toString("base64"), "a".repeat(32)]);
  use("b".repeat(32));
  createNextSessions({ store: memoryStore(), secret: "c".repeat(32) }).open();
  expect(warnings()).toHaveLength(1);
});

it("a random secret is not, however it is written", () => {
  for (let i = 0; i < 1000; i++) {
    for (const encoding of ["hex", "base64", "base64url"] as const)
      use(randomBytes(24).toString(encoding).slice(0, 32));
  }
  expect(warnings()).toEqual([]);
});

it.each(["production", "test", ""])("nothing is printed where NODE_ENV is %j", (environment) => {
  vi.stubEnv("NODE_ENV", environment);
  use("a".repeat(32));
  expect(warnings()).toEqual([]);
});
