import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { hmacSha256 } from "../../src/codec/hmac.ts";

it("is the HMAC-SHA256 of OpenSSL, for every key of up to a block and every text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: "binary", maxLength: 300 }), (key, message) => {
      expect(hmacSha256(key, message)).toBe(createHmac("sha256", key).update(message).digest("hex"));
    }),
    { numRuns: 1000 },
  );
});

it("refuses a key that would have to be hashed first", () => {
  expect(() => hmacSha256(new Uint8Array(65), "")).toThrow(RangeError);
});
