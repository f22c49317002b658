import fc from "fast-check";
import { createSessions, type Sessions, type SessionsOptions } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachDatabase } from "../databases/index.ts";
import { scale } from "../guarantees/scale.ts";
import { notingStore } from "../noting-store.ts";
import { countProcessorTime } from "../processor-time.ts";
import { memorySessions, SECRET, type ShopData, storedKey } from "../support.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
/** The most milliseconds of processor time: 50 in `npm run prove`. In `npm test`, only a hang takes more. */
const MAX_MS = scale({ test: 1000, prove: 50 });

/** What may be asked of the database, said again without the package's help. */
const canBeKey = (value: unknown): boolean =>
  typeof value === "string" &&
  value.length >= 8 &&
  value.length <= 40 &&
  [...value].every((character) => ALPHABET.includes(character));

/** What some function or database takes for the same as a letter or digit of a key. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  k: "\u212a", // KELVIN SIGN, which toLowerCase() makes a k
  s: "\u017f", // LONG S, which toUpperCase() makes an S
  i: "\u0130",
  a: "\u0430", // Cyrillic
  e: "e\u0301",
  o: "\u03bf", // Greek
  0: "\u0660", // ARABIC-INDIC DIGIT ZERO, a digit like ours for \d in some engines
  1: "\uff11", // fullwidth, which NFKC makes a 1
  2: "\u{1d7d0}", // mathematical bold
  3: "\u00b3",
};

/** Texts that are nearly the key of somebody else's session, or made from it, or from what the table or a log shows of it. */
function nearly(key: string, keyHash: string) {
  const at = fc.nat(key.length - 1);
  const stored = storedKey(key);
  const digest = stored.slice("sha256.".length);
  return fc.oneof(
    fc.tuple(at, fc.constantFrom(...ALPHABET)).map(([i, one]) => key.slice(0, i) + one + key.slice(i + 1)),
    fc.tuple(at, fc.string({ unit: "binary", maxLength: 3 })).map(([i, more]) => key.slice(0, i) + more + key.slice(i)),
    at.map((i) => key.slice(0, i) + key.slice(i + 1)),
    at.map((i) => key.slice(0, i)),
    at.map((i) => key.slice(i) + key.slice(0, i)),
    at.map((i) => key.slice(0, i) + key.slice(i).toUpperCase()),
    at.map((i) => key.slice(0, i) + (LOOKALIKES[key[i] ?? ""] ?? "\u200b") + key.slice(i + 1)),
    fc
      .tuple(
        fc.constantFrom(..."\n\r\0\t \v\u2028\u0085\ufeff;,\"'%=+./\\"),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
      )
      .map(([extra, times, before]) => (before ? extra.repeat(times) + key : key + extra.repeat(times))),
    at.map((i) => stored.slice(i)),
    at.map((i) => digest.slice(i, i + 32)),
    fc.constantFrom(
      ...[stored, stored.toUpperCase(), `sha256.${stored}`, digest, `${stored}\n`, keyHash, keyHash.repeat(2)],
      ...[key + key, `${key}.${digest}`, `"${key}"`, `session=${key}`, encodeURIComponent(`${key}\u0000`)],
      ...[Buffer.from(key).toString("base64"), Buffer.from(key).toString("hex"), [...key].reverse().join("")],
      ...[key.normalize("NFD"), `${key}\u0301`, `\u202e${key}`, `%${Buffer.from(key).toString("hex")}`],
    ),
  );
}

const INJECTIONS = [
  "' OR '1'='1",
  "a' OR 1=1 -- ",
  "'; DROP TABLE session; --",
  "%",
  "%%%%%%%%",
  "________",
  "abcdefgh\\",
  "abcdefgh\r\nSet-Cookie: session=abcdefgh",
  "abcdefgh; Domain=example.com",
  "../../../../etc/passwd",
  '{"$ne":null}',
  '{"gt":""}',
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "[object Object]",
  "NaN",
  "%00",
  "%ud800",
  "`id`",
  "<script>alert(1)</script>",
  "$2b$12$abcdefgh",
  "()",
  "sha256.",
  "sha256",
];

/** Not only what a header can hold: whatever a parser, or a caller without types, may hand on. */
const hostile = (key: string, keyHash: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: nearly(key, keyHash) },
    { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 45 }) },
    { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 100 }) },
    // Halves of surrogate pairs too.
    { weight: 3, arbitrary: fc.array(fc.nat(0xffff), { maxLength: 45 }).map((codes) => String.fromCharCode(...codes)) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme", minLength: 8, maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("a", "A", "\0", "\ud800", "é", "a;"), fc.nat(100_000))
        .map(([unit, times]) => unit.repeat(times)),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(...INJECTIONS), fc.constantFrom("", key)).map((all) => all.join("")),
    },
    { weight: 2, arbitrary: fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>(
        ...[[key], { sessionKey: key }, { toString: () => key }, { [Symbol.toPrimitive]: () => key }],
        ...[new String(key), Buffer.from(key), { length: 32, value: key }, new Map([[key, key]]), () => key],
        ...[Symbol(key), new URLSearchParams({ session: key }), Promise.resolve(key), { not: "" }, { gt: "" }],
      ),
    },
  );

/** Of a call that was slow, the quickest of a few counts: machines make pauses of their own. */
async function expectQuick(firstMs: number, repeat: () => Promise<unknown>): Promise<void> {
  let ms = firstMs;
  for (let tried = 1; tried < 5 && ms >= MAX_MS; tried++) {
    const elapsed = countProcessorTime();
    await repeat();
    ms = Math.min(ms, elapsed());
  }
  expect(ms).toBeLessThan(MAX_MS);
}

async function victimOf(sessions: Sessions<ShopData>) {
  const session = sessions.open();
  session.set("userId", 1);
  await session.save();
  return { key: session.sessionKey as string, keyHash: session.keyHash as string };
}

/** Through sessions in memory, of which every statement is seen. */
async function inMemory(options: Omit<Partial<SessionsOptions<ShopData>>, "store"> = {}) {
  const { store, calls } = notingStore();
  const { sessions, events } = memorySessions({ store, ...options });
  const victim = await victimOf(sessions);
  const expectVictim = async () => expect((await sessions.load(victim.key)).get("userId")).toBe(1);
  return { sessions, calls, events, ...victim, expectVictim };
}

/** Loads a cookie as it may come, and expects of it all that must hold. Returns whether it could be a key. */
async function expectNobody(
  { sessions, calls, events }: Awaited<ReturnType<typeof inMemory>>,
  cookie: unknown,
): Promise<boolean> {
  calls.length = 0;
  events.length = 0;
  const elapsed = countProcessorTime();
  const session = await sessions.load(cookie as string);
  const ms = elapsed();
  const possible = canBeKey(cookie);
  const refused = cookie ? ["malformedKey"] : [];
  // One comparison for all of it: five, a hundred thousand times, would take longer than what is tested.
  expect([session.sessionKey, session.isEmpty(), session.keys(), calls, events.map(({ type }) => type)]).toEqual([
    null,
    true,
    [],
    possible ? ["find"] : [],
    possible ? ["unknownKey"] : refused,
  ]);
  await expectQuick(ms, () => sessions.load(cookie as string));
  return possible;
}

describe("a hostile cookie", () => {
  it.each([
    { hashKeys: true, numRuns: scale({ test: 10_000, prove: 100_000 }) },
    { hashKeys: false, numRuns: scale({ test: 2000, prove: 20_000 }) },
  ])(
    "opens nothing, makes no row, and costs neither time nor, unless it can be a key, a statement ($numRuns; hashKeys: $hashKeys)",
    async ({ hashKeys, numRuns }) => {
      const shop = await inMemory({ hashKeys });
      let possible = 0;
      await fc.assert(
        fc.asyncProperty(hostile(shop.key, shop.keyHash), async (cookie) => {
          if (cookie !== shop.key && (await expectNobody(shop, cookie))) possible++;
        }),
        { numRuns },
      );
      // Both kinds have been there.
      expect(possible).toBeGreaterThan(numRuns / 10);
      expect(possible).toBeLessThan((numRuns * 9) / 10);
      await shop.expectVictim();
    },
    180_000,
  );

  it("of 10 MB is refused at once", async () => {
    const shop = await inMemory();
    const size = 10 * 2 ** 20;
    const units = [
      "a",
      "A",
      "0",
      "\0",
      "\ud800",
      "\u212a",
      "\n",
      "é",
      "sha256.",
      shop.key,
      `${shop.key}; `,
      "%00",
      '"',
      "=",
    ];
    for (const unit of units) {
      const long = unit.repeat(size / unit.length);
      for (const cookie of [long, shop.key + long, long + shop.key])
        expect(await expectNobody(shop, cookie)).toBe(false);
    }
    await shop.expectVictim();
  });

  it("that is no text is refused, and nothing of it is called", async () => {
    const shop = await inMemory();
    const touched: unknown[] = [];
    const trap = (...args: unknown[]) => {
      touched.push(args);
      throw new Error("touched");
    };
    const trapped = new Proxy(() => {}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, apply: trap });
    const reading = {
      toString: trap,
      valueOf: trap,
      toJSON: trap,
      [Symbol.toPrimitive]: trap,
      [Symbol.iterator]: trap,
    };
    for (const cookie of [trapped, reading]) expect(await expectNobody(shop, cookie)).toBe(false);
    expect(touched).toEqual([]);
    await shop.expectVictim();
  });

  it("is no more to exists() and destroy(), which take a key as well", async () => {
    const { sessions, calls, key, keyHash, expectVictim } = await inMemory();
    await fc.assert(
      fc.asyncProperty(hostile(key, keyHash), async (cookie) => {
        if (cookie === key) return;
        const session = sessions.open();
        calls.length = 0;
        expect(await session.exists(cookie as string)).toBe(false);
        const destroying = session.destroy(cookie as string);
        if (typeof cookie === "string") await destroying;
        else await expect(destroying).rejects.toThrow(TypeError);
        expect(calls).toEqual(canBeKey(cookie) ? ["find", "delete"] : []);
      }),
      { numRuns: 10_000 },
    );
    await expectVictim();
  });
});

describeEachDatabase("a hostile cookie", (db) => {
  it.each([true, false])("opens nothing and changes nothing (hashKeys: %s)", async (hashKeys) => {
    const { prisma, queries } = db();
    const sessions = createSessions<ShopData>({ store: db().store(), secret: SECRET, hashKeys, onEvent: () => {} });
    const { key, keyHash } = await victimOf(sessions);
    const before = await prisma.session.findMany();
    await fc.assert(
      fc.asyncProperty(hostile(key, keyHash), async (cookie) => {
        if (cookie === key) return;
        queries.length = 0;
        const session = await sessions.load(cookie as string);
        expect([session.sessionKey, session.isEmpty(), session.keys()]).toEqual([null, true, []]);
        expect(queries).toEqual(canBeKey(cookie) ? [expect.stringMatching(/^SELECT/)] : []);
      }),
      { numRuns: 2000 },
    );
    expect(await prisma.session.findMany()).toEqual(before);
    expect((await sessions.load(key)).get("userId")).toBe(1);
  });

  it("that is refused is no way to a session of one's own with that key", async () => {
    const sessions = createSessions<ShopData>({ store: db().store(), secret: SECRET, onEvent: () => {} });
    const { key, keyHash } = await victimOf(sessions);
    const own: (string | null)[] = [];
    await fc.assert(
      fc.asyncProperty(hostile(key, keyHash), async (cookie) => {
        if (cookie === key) return;
        const session = await sessions.load(cookie as string);
        session.set("userId", 2);
        await session.save();
        expect(session.sessionKey).not.toBe(cookie);
        own.push(session.sessionKey);
      }),
      { numRuns: 200 },
    );
    const stored = (await db().prisma.session.findMany({ select: { key: true } })).map((row) => row.key);
    expect(stored.sort()).toEqual([key, ...own].map(storedKey).sort());
    expect((await sessions.load(key)).get("userId")).toBe(1);
  });
});
