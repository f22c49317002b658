import * as devalue from "devalue";
import fc from "fast-check";
import { createSessions, memoryStore, type Serializer } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET } from "../support.ts";
import { CODECS, context, KEY, OLDER_KEY, secretsOf, signPayload } from "./support.ts";

/** Which serializers a codec can write, and names that these refuse. */
const SERIALIZERS: readonly { name: string; serializer: Serializer; refused: RegExp; isObject: boolean }[] = [
  { name: "JSON", serializer: JSON, refused: /^$/, isObject: true },
  { name: "superjson", serializer: superjson, refused: /^(__proto__|constructor|prototype)$/, isObject: true },
  { name: "devalue", serializer: devalue, refused: /^__proto__$/, isObject: false },
];
const pairs = CODECS.flatMap(([codecName, codec]) =>
  SERIALIZERS.filter(({ isObject }) => isObject || codecName !== "plainJson()").map((serializer) => ({
    ...serializer,
    name: `${codecName} with ${serializer.name}`,
    codec,
  })),
);

/** Those whose text shows the data. */
const READABLE = CODECS.filter(([codecName]) => codecName !== "encryptedJson()");

/** Every unit that a text can have, half pairs of surrogates and NUL among them. */
const anyText = fc.string({ unit: "binary", maxLength: 20 });
const SPECIAL = ["__proto__", "constructor", "prototype", "toString", "toJSON", "json", "meta", "then", "", "0", "a.b"];
const name = fc.oneof({ weight: 3, arbitrary: anyText }, { weight: 1, arbitrary: fc.constantFrom(...SPECIAL) });
const scalar = fc.oneof(
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.constantFrom<unknown>(true, false, null, "2030-01-01T00:00:00.000Z", '"', "\\", ".", "{}", "\u2028"),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    dictionaryOf(tie("value")),
  ),
}));
/** As far as a session goes. */
const deep = fc.integer({ min: 1, max: 499 }).map((depth) => {
  let nested: unknown = "end";
  for (let i = 0; i < depth; i++) nested = i % 2 ? [nested] : { "": nested };
  return nested;
});

function dictionaryOf(values: fc.Arbitrary<unknown>, names = name) {
  return fc.array(fc.tuple(names, values), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}

const dictionary = (refused: RegExp, names = name) =>
  dictionaryOf(fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: deep }), names).filter(
    (data) => !namesIn(data).some((each) => refused.test(each)),
  );

function namesIn(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const below = Object.values(part).flatMap(namesIn);
  return Array.isArray(part) ? below : [...Object.keys(part), ...below];
}

/** JSON tells apart whatever these data can differ in, also a name like `__proto__`, which a comparison of objects may take for something else. */
const written = (data: unknown) => JSON.stringify(data);

describe.each(CODECS)("%s", (_, codec) => {
  it("gives the same data another text each time, also where letter case, accents and spaces do not count", () => {
    const loosely = (text: string) =>
      text
        .normalize("NFD")
        .toLowerCase()
        .replace(/[^\w.]/g, "");
    const texts = Array.from({ length: 100 }, () => loosely(codec.encode({ userId: 7 }, context())));
    expect(new Set(texts).size).toBe(100);
  });

  it("opens a text under no other key, with no other secret, and with no character changed, added or left out", () => {
    const text = codec.encode({ userId: 7 }, context());
    expect(codec.decode(text, context())).toEqual({ userId: 7 });
    expect(codec.decode(text, context({ storedKey: "sha256.other" }))).toBeUndefined();
    expect(codec.decode(text, context({ secrets: secretsOf(OLDER_KEY) }))).toBeUndefined();
    const changed = Array.from(text).flatMap((own, i) => {
      const [before, after] = [text.slice(0, i), text.slice(i + 1)];
      const others = [" ", "\n", "0", "1", "A", "a", "=", "-", "_", ",", "}", own.toUpperCase()];
      return [
        before + after,
        text.slice(0, i),
        ...others.flatMap((other) => [before + other + after, text.slice(0, i) + other + text.slice(i)]),
      ];
    });
    const others = new Set([...changed, `${text} `, `${text}=`, `${text}A`, text.normalize("NFD").toUpperCase()]);
    others.delete(text);
    expect(others.size).toBeGreaterThan(20 * text.length);
    for (const other of others) expect(codec.decode(other, context()), other).toBeUndefined();
  });

  it("opens with every secret, and writes with the first", () => {
    const older = context({ secrets: secretsOf(OLDER_KEY) });
    const both = context({ secrets: secretsOf(KEY, OLDER_KEY) });
    expect(codec.decode(codec.encode({ a: 1 }, older), both)).toEqual({ a: 1 });
    expect(codec.decode(codec.encode({ a: 1 }, both), context())).toEqual({ a: 1 });
    expect(codec.decode(codec.encode({ a: 1 }, both), older)).toBeUndefined();
  });

  it("opens no text of another codec, not even under the same derived key", () => {
    for (const [, other] of CODECS) {
      if (other === codec) continue;
      expect(codec.decode(other.encode({ a: 1 }, context()), context())).toBeUndefined();
    }
  });

  it("derives its key for a purpose of its own", () => {
    const labels = CODECS.map(([, each]) => {
      const asked: string[] = [];
      const derive = (label: string): [Uint8Array] => {
        asked.push(label);
        return [KEY];
      };
      each.encode({}, context({ secrets: { derive } }));
      return asked.join();
    });
    expect(new Set(labels).size).toBe(CODECS.length);
  });
});

it.each(READABLE)("%s does not take half a surrogate pair for the character that replaces it", (_, codec) => {
  const text = signPayload(codec, '{"a":"\uFFFD"}');
  expect(codec.decode(text, context())).toEqual({ a: "\uFFFD" });
  expect(codec.decode(text.replace("\uFFFD", "\uD800"), context())).toBeUndefined();
});

describe.each(CODECS)("%s with a serializer that escapes nothing", (_, codec) => {
  /** As JSON, but for what that escapes. */
  const serializer: Serializer = {
    stringify: (value) =>
      JSON.stringify(value).replace(/\\u(d[89a-f]..)/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`))),
    parse: JSON.parse,
  };

  it.each<[what: string, data: Record<string, unknown>, path: string]>([
    ["a text", { whole: "\u{1F600}", half: "\uD83D" }, "half"],
    ["a text deep inside a value", { list: [{ half: "\uDE00!" }] }, "list"],
    ["a key", { "\uD83D": 1 }, '["\\ud83d"]'],
  ])("refuses half of a surrogate pair in %s", async (_, data, path) => {
    expect(() => codec.encode(data, context({ serializer }))).toThrow(
      expect.objectContaining({
        code: "SESSION_SERIALIZATION",
        path,
        message: expect.stringContaining("toWellFormed"),
      }),
    );
    const store = memoryStore();
    const session = createSessions({ store, secret: SECRET, codec, serializer }).open();
    session.update(data);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path });
    expect(await store.findMatching({})).toEqual([]);
  });

  it("gives back whole ones", () => {
    const data = { "\u{1F600}": "\u{1F600}" };
    expect(codec.decode(codec.encode(data, context({ serializer })), context({ serializer }))).toEqual(data);
  });
});

describe.each(pairs)("$name", ({ codec, serializer, refused }) => {
  it("gives back every dictionary as it was", () => {
    const names = fc.oneof({ weight: 9, arbitrary: name }, { weight: 1, arbitrary: fc.constant("_session_digest") });
    fc.assert(
      fc.property(dictionary(refused, names), (data) => {
        const text = codec.encode(data, context({ serializer }));
        expect(written(codec.decode(text, context({ serializer })))).toBe(written(data));
      }),
      { numRuns: 500 },
    );
  });
});

describeEachStore("Data of every kind", (stores, { isMemory }) => {
  it.each(pairs)("come back as they were by $name", async ({ codec, serializer, refused }) => {
    const { store, otherStore } = stores();
    const options = { secret: SECRET, codec, serializer };
    const [sessions, others] = [
      createSessions({ store, ...options }),
      createSessions({ store: otherStore, ...options }),
    ];
    await fc.assert(
      fc.asyncProperty(dictionary(refused), async (data) => {
        const session = sessions.open();
        session.update(data);
        await session.save();
        const loaded = await others.load(session.sessionKey);
        expect(written(loaded.toJSON())).toBe(written(data));
      }),
      { numRuns: isMemory ? 200 : 30 },
    );
  });
});
