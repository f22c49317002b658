import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import { encryptedJson } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { context, KEY, keysOf, OLDER_KEY } from "./support.ts";

const codec = encryptedJson();

const TEXT = '{"userId":7}';

const rowKey = (storedKey: string) => createHmac("sha256", KEY).update(storedKey).digest();

/** Decrypts without the package's help. */
function open(data: string, storedKey: string): string {
  const [version, nonce = "", sealed = ""] = data.split(".");
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", rowKey(storedKey), Buffer.from(nonce, "hex"));
  decipher.setAAD(Buffer.from(`${version}.${storedKey}`));
  decipher.setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
}

/** Data whose tag has so many bytes. */
function withTagOf(authTagLength: number): string {
  const cipher = createCipheriv("aes-256-gcm", rowKey("sha256.row"), Buffer.alloc(12), { authTagLength });
  cipher.setAAD(Buffer.from("e1.sha256.row"));
  const bytes = Buffer.concat([cipher.update(TEXT), cipher.final(), cipher.getAuthTag()]);
  return `e1.${"00".repeat(12)}.${bytes.toString("base64url")}`;
}

describe("encryptedJson", () => {
  it("is a version, a nonce in hex, and base64url that shows nothing but the text's length", () => {
    const data = codec.encode(TEXT, context());
    const length = Math.ceil(((TEXT.length + 16) * 4) / 3);
    expect(data).toMatch(new RegExp(`^e1\\.[0-9a-f]{24}\\.[\\w-]{${length}}$`));
    expect(Buffer.from(data.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain("userId");
  });

  it("is AES-256-GCM under a key for the row, with the version and the stored key as associated data", () => {
    const text = '{"userId":7,"é":"\u{1F600}"}';
    expect(open(codec.encode(text, context()), "sha256.row")).toBe(text);
  });

  it("has another nonce each time, all of it random", () => {
    const nonces = Array.from({ length: 1000 }, () => codec.encode("{}", context()).slice(3, 27));
    expect(new Set(nonces).size).toBe(1000);
    for (let i = 0; i < 24; i++) expect(new Set(nonces.map((nonce) => nonce[i])).size, `digit ${i}`).toBe(16);
  });

  it("does not decrypt data with another row's key, though the secret is the same", () => {
    const data = codec.encode(TEXT, context({ storedKey: "sha256.other" }));
    expect(() => open(data, "sha256.row")).toThrow();
    expect(codec.decode(data, context())).toBeUndefined();
  });

  it("takes no tag that is shorter than 16 bytes", () => {
    expect(codec.decode(withTagOf(16), context())).toBe(TEXT);
    for (const length of [4, 8, 12, 13, 14, 15]) expect(codec.decode(withTagOf(length), context())).toBeUndefined();
  });

  it("takes no other base64 for the same bytes", () => {
    const secrets = keysOf(KEY, OLDER_KEY);
    for (const text of ["{}", '{"a":1}', '{"ab":1}', '{"abc":"?>~~~~~~~~~~~~~~~~~~~"}']) {
      const data = codec.encode(text, context());
      const [version, nonce = "", sealed = ""] = data.split(".");
      const bytes = Buffer.from(sealed, "base64url");
      const last = sealed.at(-1) ?? "";
      const sameBytes = [
        bytes.toString("base64"),
        sealed + "=".repeat((4 - (sealed.length % 4)) % 4 || 4),
        `${sealed}\n`,
        `${sealed.slice(0, 5)} ${sealed.slice(5)}`,
        `${sealed.slice(0, 5)}!${sealed.slice(5)}`,
        ...Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", (other) =>
          other === last ? "" : sealed.slice(0, -1) + other,
        ),
      ].filter((other) => other !== sealed && Buffer.from(other, "base64url").equals(bytes));
      expect(sameBytes.length).toBeGreaterThanOrEqual(4);
      for (const other of sameBytes) {
        expect(codec.decode(`${version}.${nonce}.${other}`, context({ secrets })), other).toBeUndefined();
      }
      expect(codec.decode(`${version}.${nonce.toUpperCase()}.${sealed}`, context())).toBeUndefined();
      expect(codec.decode(data, context({ secrets }))).toBe(text);
    }
  });

  it.each(["", "e1", "e1.", "e1..", `e1.${"0".repeat(24)}`, `e1.${"0".repeat(24)}.`, `e1.${"0".repeat(24)}.AAAA`])(
    "refuses %j",
    (data) => {
      expect(codec.decode(data, context())).toBeUndefined();
    },
  );
});
