import * as devalue from "devalue";
import { plainJson, prismaStore } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { describeEachDatabase } from "../databases/index.ts";
import { memorySessions, storedKey } from "../support.ts";
import { context } from "./support.ts";

const codec = plainJson();
const DIGEST = "[0-9a-f]{64}\\.[0-9a-f]{12}";
/** A serializer that writes this text whatever it gets. */
const writes = (text: string) => ({ stringify: () => text, parse: JSON.parse });

describe("plainJson", () => {
  it.each([
    [{ userId: 7 }, ',"userId":7}'],
    [{ userId: 7, a: { b: [] } }, ',"userId":7,"a":{"b":[]}}'],
    [{}, "}"],
    [{ "": {} }, ',"":{}}'],
    [{ ",": "}" }, ',",":"}"}'],
  ])("is the JSON of %j behind a digest under a reserved name", (data, rest) => {
    const text = codec.encode(data, context());
    expect(text.slice(0, 20)).toBe('{"_session_digest":"');
    expect(text.slice(20, 97)).toMatch(new RegExp(`^${DIGEST}$`));
    expect(text.slice(97)).toBe(`"${rest}`);
    expect(JSON.parse(text)).toEqual({ ...data, _session_digest: expect.any(String) });
    expect(codec.decode(text, context())).toEqual(data);
  });

  it.each([
    '{ "a" : 1 }',
    '{\n  "a": 1\n}',
    "{ }",
    "{\n}\n",
    '{"_session_digest":"mine"}',
    '{"_session_digest":{"_session_digest":[]},"a":1}',
  ])("leaves %j as the serializer wrote it", (payload) => {
    const text = codec.encode({}, context({ serializer: writes(payload) }));
    expect(() => JSON.parse(text)).not.toThrow();
    const parsed: string[] = [];
    const parse = (given: string) => parsed.push(given) && JSON.parse(given);
    expect(codec.decode(text, context({ serializer: { stringify: JSON.stringify, parse } }))).toEqual(
      JSON.parse(payload),
    );
    expect(parsed).toEqual([payload]);
  });

  it("takes no digest of the data's own for its own", () => {
    const genuine = codec.encode({ userId: 7 }, context());
    const { _session_digest } = JSON.parse(genuine) as Record<string, string>;
    const inside = codec.encode({ _session_digest, userId: 8 }, context());
    expect(codec.decode(inside, context())).toEqual({ _session_digest, userId: 8 });
    expect(codec.decode(JSON.stringify({ _session_digest, userId: 8 }), context())).toBeUndefined();
    expect(codec.decode(JSON.stringify({ userId: 7, _session_digest }), context())).toBeUndefined();
    expect(codec.decode(JSON.stringify(JSON.parse(genuine), null, 1), context())).toBeUndefined();
    expect(codec.decode(JSON.stringify(JSON.parse(genuine)), context())).toEqual({ userId: 7 });
  });

  it("has one text only for an empty dictionary", () => {
    const text = codec.encode({}, context());
    expect(codec.decode(`${text.slice(0, -1)},}`, context())).toBeUndefined();
  });

  it.each([
    ["an array", "[{}]"],
    ["a text", '"{}"'],
    ["a number", "1"],
    ["nothing", ""],
    ["white space first", " {}"],
    ["what only looks like an object", "{a:1}"],
    ["two objects", "{}{}"],
  ])("says that the serializer does not fit which writes %s", (_, payload) => {
    expect(() => codec.encode({}, context({ serializer: writes(payload) }))).toThrow(
      expect.objectContaining({ code: "SESSION_CONFIG", message: expect.stringMatching(/plainJson\(\) needs/) }),
    );
  });

  it("says so at the first save, and nothing is written", async () => {
    const { sessions, store } = memorySessions({ codec, serializer: devalue });
    const session = sessions.open();
    session.set("userId", 7);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_CONFIG" });
    expect(await store.findExpired(new Date("9999-01-01"), 10)).toEqual([]);
  });
});

describeEachDatabase("The column that plainJson() writes", (db, { provider }) => {
  // What `jsonb` refuses, NUL and half of a surrogate pair, any user can put into a value.
  const asJsonb = String.raw`regexp_replace(data, '\\u(0000|d[89a-f][0-9a-f]{2})', '\\ufffd', 'g')::jsonb`;
  /** The value at a path of two names, as a text. */
  const AT = {
    sqlite: (one: string, two: string) => `json_extract(data, '$.${one}.${two}')`,
    postgresql: (one: string, two: string) => `${asJsonb} -> '${one}' ->> '${two}'`,
    mysql: (one: string, two: string) => `JSON_VALUE(data, '$.${one}.${two}')`,
  };

  it.each([
    ["JSON", JSON, "user", "id"],
    ["superjson", superjson, "json", "userId"],
  ])("can be queried with SQL, as %s writes it", async (_, serializer, one, two) => {
    const { sessions } = memorySessions({ codec, serializer, store: prismaStore(db().prisma.session) });
    const session = sessions.open();
    session.update({ userId: 7, user: { id: 7 }, note: '“é\u{1F600}”\u0000\uD800 \\u0000 \\ud8"}' });
    await session.save();
    const rows = await db().prisma.$queryRawUnsafe<{ key: string; found: unknown }[]>(
      `SELECT ${provider === "mysql" ? "`key`" : "key"}, ${AT[provider](one, two)} AS found FROM session`,
    );
    expect(rows.map(({ key, found }) => [key, String(found)])).toEqual([[storedKey(session.sessionKey), "7"]]);
  });
});
