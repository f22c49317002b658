import fc from "fast-check";
import type { Codec } from "prisma-db-session";
import { CODECS, context, secretsOf } from "./support.ts";

export const SECRET = "a-secret-for-tests-of-32-characters-or-more";
export const NEWER_SECRET = "the-next-secret-for-tests-of-32-characters-or-more";
const ATTACKERS_SECRET = "a-secret-that-an-attacker-made-up-who-knows-none";
export const [MINE, THEIRS] = ["sha256.mine", "sha256.theirs"];
export const DATA = { userId: 1, cart: ["tea", "é\u{1F600}\uFFFD"], admin: false };

/** What the owner of a row with this stored key writes, unless said otherwise. */
export function encodeAs(codec: Codec, { storedKey = MINE, secret = NEWER_SECRET, text = JSON.stringify(DATA) } = {}) {
  return codec.encode(text, context({ storedKey, secrets: secretsOf(secret) }));
}

export const nested = (depth: number, end = "") => `{"a":${"[".repeat(depth)}${end}${end && "]".repeat(depth)}}`;

/** What an attacker would like a session to hold. */
export const WISHES = [
  '{"userId":2}',
  '{"userId":1,"admin":true}',
  '{"__proto__":{"admin":true,"userId":1}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  "{}",
  "[]",
  "null",
  "",
  nested(20_000),
  nested(20_000, "1"),
];

export function isObject(text: string): boolean {
  try {
    return text.startsWith("{") && typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** Data that verify somewhere else: in another row, with another secret, for another codec. */
export const foreignData = (codec: Codec, storedKey = MINE): string[] => [
  encodeAs(codec, { storedKey: THEIRS }),
  encodeAs(codec, { storedKey, secret: ATTACKERS_SECRET }),
  ...CODECS.filter(([, each]) => each !== codec).map(([, each]) => encodeAs(each, { storedKey })),
  ...WISHES.filter(isObject).map((text) => encodeAs(codec, { storedKey, secret: ATTACKERS_SECRET, text })),
];

/** Data that are not the owner's, made of the owner's and of others. */
export function hostileData(own: string, others: readonly string[]): fc.Arbitrary<string> {
  const base = fc.oneof(
    { weight: 3, arbitrary: fc.constant(own) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const cut = (data: string, place: number) => Math.round(place * data.length);
  const anyText = fc.string({ unit: "binary", maxLength: 50 });
  const wish = fc.oneof(fc.constantFrom(...WISHES), fc.json({ maxDepth: 3 }), anyText);
  const head = own.slice(0, own.search(/\{"u|,"u|$/)); // everything before the text, if the text can be read
  const flip = fc.array(fc.tuple(at, fc.integer({ min: 0, max: 15 })), { minLength: 1, maxLength: 3 });
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
  return fc.oneof(
    fc.tuple(base, flip).map(([data, flips]) => {
      return flips.reduce((flipped, [place, bit]) => {
        const i = Math.min(cut(flipped, place), flipped.length - 1);
        return flipped.slice(0, i) + String.fromCharCode(flipped.charCodeAt(i) ^ (1 << bit)) + flipped.slice(i + 1);
      }, data);
    }),
    fc.tuple(base, at).map(([data, place]) => data.slice(0, cut(data, place))),
    fc.tuple(base, at).map(([data, place]) => data.slice(cut(data, place))),
    fc.tuple(base, base, at, at).map(([one, two, i, j]) => one.slice(0, cut(one, i)) + two.slice(cut(two, j))),
    fc.tuple(base, base, at).map(([one, two, i]) => one.slice(0, cut(one, i)) + two.slice(cut(one, i))),
    fc.tuple(base, at, anyText).map(([data, i, more]) => data.slice(0, cut(data, i)) + more + data.slice(cut(data, i))),
    fc.tuple(base, wish).map(([data, text]) => data + text),
    wish.map((text) => head + text),
    wish.map((text) => head + text.replace("{", ",")),
    fc
      .tuple(fc.constantFrom("e1.", "v1.", own.slice(0, 28)), bytes)
      .map(([start, b]) => `${start}${b.toString("base64url")}`),
    bytes.map((b) => `e1.${"0".repeat(24)}.${b.toString("base64url")}`),
    bytes.map((b) => b.toString("latin1")),
    wish,
    fc.constantFrom(
      ...others,
      own + own,
      own.toUpperCase(),
      `${own} `,
      `\uFEFF${own}`,
      own.replaceAll("\uFFFD", "\uD800"),
    ),
  );
}
