import * as devalue from "devalue";
import fc from "fast-check";
import type { Serializer } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { dictionary } from "./dictionaries.ts";
import { CODECS, context, KEY, keysOf, OLDER_KEY } from "./support.ts";

/** Which serializers a codec can take, and names that these refuse. */
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

/** The codecs whose data show the text. */
const READABLE = CODECS.filter(([codecName]) => codecName !== "encryptedJson()");

const TEXT = '{"userId":7}';

/** The same data for a collation that ignores case, accents, spaces and signs. */
const loosely = (data: string) =>
  data
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^\w.]/g, "");

describe.each(CODECS)("%s", (_, codec) => {
  it("decodes every text that it encoded, if it is an object in JSON", () => {
    for (const text of [TEXT, "{}", '{"a":"é\u{1F600}\uFFFD\u2028","b":[null]}', `{"a":"${"x".repeat(100_000)}"}`]) {
      expect(codec.decode(codec.encode(text, context()), context())).toBe(text);
    }
  });

  it("gives texts that differ in the write's id data that differ under every collation", () => {
    const encode = (id: number) => codec.encode(JSON.stringify({ userId: 7, _session_meta: { id } }), context());
    const all = Array.from({ length: 100 }, (_, id) => loosely(encode(id)));
    expect(new Set(all).size).toBe(100);
    const prefixes = all.map((data) => data.slice(0, 24));
    expect(new Set(prefixes).size).toBe(100);
  });

  it("has a unique prefix that a guard can use: at least 80 random bits in 45 characters of the right kind", () => {
    const { uniquePrefixLength = 0 } = codec;
    const length = Math.min(uniquePrefixLength, 45);
    const prefixes = Array.from({ length: 500 }, (_, id) => {
      const data = codec.encode(`{"id":${id}}`, context());
      expect(data.length).toBeGreaterThanOrEqual(uniquePrefixLength);
      return data.slice(0, length);
    });
    expect(new Set(prefixes).size).toBe(500);
    for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z0-9.{}":_-]+$/);
    const bits = Array.from({ length }, (_, i) => Math.log2(new Set(prefixes.map((prefix) => prefix[i])).size));
    expect(bits.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(80);
  });

  it("decodes data under no other key, with no other secret, and with no character changed, added or left out", () => {
    const data = codec.encode(TEXT, context());
    expect(codec.decode(data, context())).toBe(TEXT);
    expect(codec.decode(data, context({ storedKey: "sha256.other" }))).toBeUndefined();
    expect(codec.decode(data, context({ secrets: keysOf(OLDER_KEY) }))).toBeUndefined();
    const changed = Array.from(data).flatMap((own, i) => {
      const [before, after] = [data.slice(0, i), data.slice(i + 1)];
      const others = [" ", "\n", "0", "1", "A", "a", "=", "-", "_", ",", "}", own.toUpperCase()];
      return [
        before + after,
        data.slice(0, i),
        ...others.flatMap((other) => [before + other + after, data.slice(0, i) + other + data.slice(i)]),
      ];
    });
    const others = new Set([...changed, `${data} `, `${data}=`, `${data}A`, data.normalize("NFD").toUpperCase()]);
    others.delete(data);
    expect(others.size).toBeGreaterThan(20 * data.length);
    for (const other of others) expect(codec.decode(other, context()), other).toBeUndefined();
  });

  it("does not confuse where the key ends and the text begins", () => {
    const data = codec.encode('{"a":1}', context({ storedKey: "sha256.row" }));
    const shifted = data.replace('{"a":1}', 'row.{"a":1}').replace(',"a":1}', 'row.,"a":1}');
    expect(codec.decode(shifted, context({ storedKey: "sha256" }))).toBeUndefined();
  });

  it("decodes with every secret, and encodes with the first", () => {
    const older = context({ secrets: keysOf(OLDER_KEY) });
    const both = context({ secrets: keysOf(KEY, OLDER_KEY) });
    expect(codec.decode(codec.encode(TEXT, older), both)).toBe(TEXT);
    expect(codec.decode(codec.encode(TEXT, both), context())).toBe(TEXT);
    expect(codec.decode(codec.encode(TEXT, both), older)).toBeUndefined();
  });

  it("decodes no data of another codec, not even under the same derived key", () => {
    for (const [, other] of CODECS) {
      if (other === codec) continue;
      expect(codec.decode(other.encode(TEXT, context()), context())).toBeUndefined();
    }
  });

  it("derives its key for a purpose of its own", () => {
    const labels = CODECS.map(([, each]) => {
      const asked: string[] = [];
      const derive = (label: string): [Uint8Array] => {
        asked.push(label);
        return [KEY];
      };
      each.encode(TEXT, context({ secrets: { derive } }));
      return asked.join();
    });
    expect(new Set(labels).size).toBe(CODECS.length);
  });
});

it.each(READABLE)("%s does not take half of a surrogate pair for the character that replaces it", (_, codec) => {
  const data = codec.encode('{"a":"\uFFFD"}', context());
  expect(codec.decode(data, context())).toBe('{"a":"\uFFFD"}');
  expect(codec.decode(data.replace("\uFFFD", "\uD800"), context())).toBeUndefined();
});

describe.each(pairs)("$name", ({ codec, serializer, refused }) => {
  it("gives back the text of every dictionary as it was", () => {
    fc.assert(
      fc.property(dictionary(refused, ["_session_digest"]), (data) => {
        const text = serializer.stringify(data);
        expect(codec.decode(codec.encode(text, context()), context())).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});

describeEachStore("The text of data of every kind", (stores, { isMemory }) => {
  it.each(pairs)("comes back as it was by $name", async ({ codec, serializer, refused }) => {
    const { store, otherStore } = stores();
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(dictionary(refused), async (data) => {
        const text = serializer.stringify(data);
        const key = `sha256.${rows++}`;
        await store.insert({
          key,
          data: codec.encode(text, context({ storedKey: key })),
          expireDate: new Date("2030-01-01"),
        });
        const row = await otherStore.find(key);
        expect(codec.decode(row?.data ?? "", context({ storedKey: key }))).toBe(text);
      }),
      { numRuns: isMemory ? 200 : 30 },
    );
  });
});
