import { createHash, hkdfSync } from "node:crypto";
import { signedJson } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { context, OLDER_KEY, secretsOf } from "./support.ts";

describe("signedJson", () => {
  const codec = signedJson();

  it("is readable JSON behind a version, a signature and a nonce", () => {
    expect(codec.encode({ userId: 7 }, context())).toMatch(/^v1\.[0-9a-f]{64}\.[0-9a-f]{12}\.\{"userId":7\}$/);
  });

  it("decodes what it encoded", () => {
    const data = { a: 1, b: ["é\u{1F600}", null], c: { d: "x.y.z" } };
    expect(codec.decode(codec.encode(data, context()), context())).toEqual(data);
  });

  it("refuses the text under another key, with another secret, with any other character", () => {
    const text = codec.encode({ userId: 7 }, context());
    expect(codec.decode(text, context({ storedKey: "sha256.other" }))).toBeUndefined();
    expect(codec.decode(text, context({ secrets: secretsOf(OLDER_KEY) }))).toBeUndefined();
    for (let i = 0; i < text.length; i++) {
      const changed = `${text.slice(0, i)}${text[i] === "0" ? "1" : "0"}${text.slice(i + 1)}`;
      expect(codec.decode(changed, context())).toBeUndefined();
    }
  });

  it("does not confuse where the key ends and the data begin", () => {
    const text = codec.encode({ a: 1 }, context({ storedKey: "sha256.row" }));
    const shifted = text.replace('{"a":1}', 'row.{"a":1}');
    expect(codec.decode(shifted, context({ storedKey: "sha256" }))).toBeUndefined();
  });

  it.each([
    "",
    "v1",
    "v1.",
    "v1..",
    `v1.${"0".repeat(64)}`,
    `v1.${"0".repeat(64)}.`,
    `v1.${"0".repeat(64)}.${"0".repeat(12)}.{}`,
    `v2.${"0".repeat(64)}.{}`,
    "{}",
    "\u0000",
  ])("refuses %j", (text) => {
    expect(codec.decode(text, context())).toBeUndefined();
  });

  it("derives its key from the secret for this purpose alone", () => {
    const labels: string[] = [];
    const derive = (label: string): [Uint8Array] => {
      labels.push(label);
      return [new Uint8Array(hkdfSync("sha256", createHash("sha256").digest(), "", label, 32))];
    };
    codec.encode({}, context({ secrets: { derive } }));
    expect(labels).toEqual(["prisma-db-session signedJson v1"]);
  });
});
