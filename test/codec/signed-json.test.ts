import { createHmac } from "node:crypto";
import { signedJson } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { context, KEY } from "./support.ts";

const codec = signedJson();

describe("signedJson", () => {
  it("is the readable text behind a version and the HMAC-SHA256 of version, length and stored key, and text", () => {
    const text = '{"userId":7,"é":"\u{1F600}"}';
    const signature = createHmac("sha256", KEY).update(`v1.10.sha256.row.${text}`).digest("hex");
    expect(codec.encode(text, context())).toBe(`v1.${signature}.${text}`);
  });

  it("takes any text, also one that is not JSON", () => {
    for (const text of ["", ".", "x.y.z", "[1]", " \n"]) {
      expect(codec.decode(codec.encode(text, context()), context())).toBe(text);
    }
  });

  it.each([
    "",
    "v1",
    "v1.",
    "v1..",
    `v1.${"0".repeat(64)}`,
    `v1.${"0".repeat(64)}.`,
    `v1.${"0".repeat(64)}.{}`,
    `v1.${"0".repeat(64)}.${"0".repeat(12)}.{}`,
    `v1.${"g".repeat(64)}.{}`,
    `v2.${"0".repeat(64)}.{}`,
    "{}",
    "\u0000",
  ])("refuses %j", (data) => {
    expect(codec.decode(data, context())).toBeUndefined();
  });

  it("derives its key from the secret for this purpose alone", () => {
    const labels: string[] = [];
    const derive = (label: string): [Uint8Array] => {
      labels.push(label);
      return [KEY];
    };
    codec.encode("{}", context({ secrets: { derive } }));
    expect(labels).toEqual(["prisma-db-session signedJson v1"]);
  });
});
