import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { hmacSha256 } from "../../src/codec/hmac.ts";

it("is the HMAC-SHA256 of OpenSSL under the key in hex, for every text", () => {
  const aKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(aKey, fc.string({ unit: "binary", maxLength: 300 }), (key, message) => {
      const inHex = Buffer.from(key).toString("hex");
      expect(hmacSha256(key, message)).toBe(createHmac("sha256", inHex).update(message).digest("hex"));
    }),
    { numRuns: 1000 },
  );
});

it("refuses a key of another length, whose text would not fill a block", () => {
  expect(() => hmacSha256(new Uint8Array(31), "")).toThrow(RangeError);
  expect(() => hmacSha256(new Uint8Array(33), "")).toThrow(RangeError);
});
