import { createHmac } from "node:crypto";
import { plainJson } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { describeEachPrisma7Database } from "../databases/index.ts";
import { context, KEY } from "./support.ts";

const codec = plainJson();

describe("plainJson", () => {
  it.each([
    ['{"userId":7}', ',"userId":7}'],
    ['{"userId":7,"a":{"b":[]}}', ',"userId":7,"a":{"b":[]}}'],
    ["{}", "}"],
    ['{"":{}}', ',"":{}}'],
    ['{",":"}"}', ',",":"}"}'],
  ])(
    "is %s behind the HMAC-SHA256 of a version, the length of the stored key, the key and the rest, under a reserved name",
    (text, rest) => {
      const digest = createHmac("sha256", KEY).update(`p1.10.sha256.row.${rest}`).digest("hex");
      const data = codec.encode(text, context());
      expect(data).toBe(`{"_session_digest":"${digest}"${rest}`);
      expect(JSON.parse(data)).toEqual({ ...JSON.parse(text), _session_digest: digest });
      expect(codec.decode(data, context())).toBe(text);
    },
  );

  it.each([
    '{ "a" : 1 }',
    '{\n  "a": 1\n}',
    "{ }",
    "{\n}\n",
    '{"_session_digest":"mine"}',
    '{"_session_digest":{"_session_digest":[]},"a":1}',
  ])("gives back %j as the serializer wrote it", (text) => {
    const data = codec.encode(text, context());
    expect(() => JSON.parse(data)).not.toThrow();
    expect(codec.decode(data, context())).toBe(text);
  });

  it("does not take a digest that the text contains for its own", () => {
    const genuine = codec.encode('{"userId":7}', context());
    const { _session_digest } = JSON.parse(genuine) as Record<string, string>;
    const forged = JSON.stringify({ _session_digest, userId: 8 });
    expect(codec.decode(codec.encode(forged, context()), context())).toBe(forged);
    expect(codec.decode(forged, context())).toBeUndefined();
    expect(codec.decode(JSON.stringify({ userId: 7, _session_digest }), context())).toBeUndefined();
    expect(codec.decode(JSON.stringify(JSON.parse(genuine), null, 1), context())).toBeUndefined();
    expect(codec.decode(JSON.stringify(JSON.parse(genuine)), context())).toBe('{"userId":7}');
  });

  it("has one form only for an empty dictionary", () => {
    const data = codec.encode("{}", context());
    expect(codec.decode(`${data.slice(0, -1)},}`, context())).toBeUndefined();
  });

  it.each([
    ["an array", "[{}]"],
    ["a text", '"{}"'],
    ["a number", "1"],
    ["nothing", ""],
    ["white space first", " {}"],
    ["what only looks like an object", "{a:1}"],
    ["two objects", "{}{}"],
  ])("says that the serializer does not fit if it writes %s", (_, text) => {
    expect(() => codec.encode(text, context())).toThrow(
      expect.objectContaining({
        code: "SESSION_CONFIG",
        message: expect.stringMatching(
          /^Cannot use plainJson\(\) because the serializer does not write a JSON object\./,
        ),
      }),
    );
  });
});

describeEachPrisma7Database("The column that plainJson() writes", (db, { provider }) => {
  // `jsonb` refuses NUL and half of a surrogate pair. Any user can put them into a value.
  const asJsonb = String.raw`regexp_replace(data, '\\u(0000|d[89a-f][0-9a-f]{2})', '\\ufffd', 'g')::jsonb`;
  /** The value at a path of two names, as text. */
  const AT = {
    sqlite: (one: string, two: string) => `json_extract(data, '$.${one}.${two}')`,
    postgresql: (one: string, two: string) => `${asJsonb} -> '${one}' ->> '${two}'`,
    mysql: (one: string, two: string) => `JSON_VALUE(data, '$.${one}.${two}')`,
  };

  it.each([
    ["JSON", JSON, "user", "id"],
    ["superjson", superjson, "json", "userId"],
  ])("can be queried with SQL, as %s writes it", async (_, serializer, one, two) => {
    const data = { userId: 7, user: { id: 7 }, note: '“é\u{1F600}”\u0000\uD800 \\u0000 \\ud8"}' };
    const text = codec.encode(serializer.stringify(data), context());
    await db().prisma.session.createMany({ data: { key: "sha256.row", data: text, expireDate: new Date() } });
    const rows = await db().prisma.$queryRawUnsafe<{ key: string; found: unknown }[]>(
      `SELECT ${provider === "mysql" ? "`key`" : "key"}, ${AT[provider](one, two)} AS found FROM session`,
    );
    expect(rows.map(({ key, found }) => [key, String(found)])).toEqual([["sha256.row", "7"]]);
  });
});
