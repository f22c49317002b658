import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { messageOf } from "../../src/cli/command-error.ts";
import { redactSecrets } from "../../src/cli/redact-secrets.ts";

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (/(URL|SECRET|TOKEN|PASSWORD|KEY)$/i.test(name)) vi.stubEnv(name, "");
});
afterEach(() => vi.unstubAllEnvs());

it.each([
  ["no postgres://user:s3cret@db:5432/shop there", "no postgres://***@db:5432/shop there"],
  ["`mysql://user:s3c/r@t@db/shop`", "`mysql://***@db/shop`"],
  ["https://s3cret@db.example.com", "https://***@db.example.com"],
  [
    "The URL 'libsql//shop.turso.io?authToken=s3cret' is not in a valid format",
    "The URL 'libsql//shop.turso.io?***' is not in a valid format",
  ],
  ['"libsql:shop?authToken=s3c\'ret&tls=1".', '"libsql:shop?***".'],
  ["no /srv/app/postgres:/shop:s3cret@db/x there", "no /srv/app/postgres:/***@db/x there"],
  ["//user:s3cret@db?password=s3cret#x, or not", "//***@db?***, or not"],
])("hides what a URL is not to show: %s", (text, hidden) => {
  expect(redactSecrets(text)).toBe(hidden);
  expect(redactSecrets(hidden), "twice is as good as once").toBe(hidden);
});

it.each([
  "Is the server running on localhost:5432? It was not.",
  "at http://localhost:3000/session, mail a@b.example",
  "imported from file:/C:/shop/node_modules/@prisma/client/index.js",
  "imported from file:///srv/node_modules/@prisma/client/index.js",
  "imported from file:///C:/shop/node_modules/@prisma/client/index.js",
])("leaves what is no secret: %s", (text) => {
  expect(redactSecrets(text)).toBe(text);
});

it("hides the values of the environment that are secret by their names, unless they are short", () => {
  vi.stubEnv("SHOP_URL", "libsql://shop");
  vi.stubEnv("SHOP_DIRECT_URL", "libsql://shop with blanks");
  vi.stubEnv("shop_password", "correct horse");
  vi.stubEnv("SHOP_TOKEN", "abcdefg");
  vi.stubEnv("SHOP_NAME", "abcdefgh");
  expect(redactSecrets("libsql://shop with blanks, libsql://shop?authToken=s3cret")).toBe("***, ***?***");
  expect(redactSecrets("correct horse abcdefg abcdefgh")).toBe("*** abcdefg abcdefgh");
});

it("is done to the message of whatever is thrown, in several lines too", () => {
  vi.stubEnv("SHOP_KEY", "first line\nsecond line\n");
  expect(messageOf(new Error("not first line\nsecond line,\nbut //a:b@c."))).toBe("not ***, but //***@c");
  expect(messageOf("//a:b@c")).toBe("//***@c");
});

it("has a message for what cannot be looked at", () => {
  const thrower = new Proxy(new Error("never seen"), {
    get() {
      throw new Error("seen");
    },
  });
  expect(messageOf(thrower)).toBe("an error that cannot be read");
  expect(messageOf(Object.create(null))).toBe("an error that cannot be read");
});
