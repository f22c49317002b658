// What a session makes of its codec's and its serializer's results.
import * as devalue from "devalue";
import fc from "fast-check";
import {
  createSessions,
  memoryStore,
  plainJson,
  type Serializer,
  type SessionStore,
  signedJson,
} from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { memorySessions, SECRET, storedKey } from "../support.ts";
import { dictionary } from "./dictionaries.ts";
import { DATA, encodeAs, foreignData, hostileData, isObject, NEWER_SECRET, nested, WISHES } from "./hostile.ts";
import { CODECS } from "./support.ts";

const KEY = "mine0mine0mine0mine0mine0mine0mi";
const FAR_AWAY = new Date("2031-01-01");

const SERIALIZERS = [
  { name: "JSON", serializer: JSON, refused: /^$/, isObject: true },
  { name: "superjson", serializer: superjson, refused: /^(__proto__|constructor|prototype)$/, isObject: true },
  { name: "devalue", serializer: devalue, refused: /^__proto__$/, isObject: false },
];

/**
 * Sessions over a table in which every row has the data that `put` put there. The new secret and
 * the old one are tried.
 */
function tableOf(options: Parameters<typeof memorySessions>[0]) {
  let data = "";
  const writes: string[] = [];
  const verbs = Object.keys(memoryStore()) as (keyof SessionStore)[];
  const noted = verbs.map((verb) => [verb, async () => writes.push(verb) < 0]);
  const store = { ...Object.fromEntries(noted), find: async () => ({ data, expireDate: FAR_AWAY }) } as SessionStore;
  const made = memorySessions({ secret: [NEWER_SECRET, SECRET], store, ...options });
  const load = (given: string) => {
    data = given;
    made.events.length = 0;
    return made.sessions.load(KEY);
  };
  return { events: made.events, writes, load };
}

describe.each(CODECS)("Hostile data for a session with %s", (_, codec) => {
  const own = encodeAs(codec, { storedKey: storedKey(KEY) });
  const others = foreignData(codec, storedKey(KEY));

  it("give an empty session without a key, an event, and no write", async () => {
    const { load, events, writes } = tableOf({ codec });
    expect((await load(own)).toJSON(), "the owner's").toEqual(DATA);
    await fc.assert(
      fc.asyncProperty(hostileData(own, others), async (data) => {
        fc.pre(data !== own);
        const session = await load(data);
        expect([session.sessionKey, session.isEmpty(), session.get("userId")]).toEqual([null, true, undefined]);
        expect(events[0]?.type).toBe("suspicious");
        expect(writes).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it("make a save start a session of its own, and stay in the row", async () => {
    for (const data of others) {
      const store = memoryStore();
      const { sessions } = memorySessions({ store, codec, secret: [NEWER_SECRET, SECRET] });
      await store.insert({ key: storedKey(KEY), data, expireDate: FAR_AWAY });
      const session = await sessions.load(KEY);
      session.set("userId", 3);
      await session.save();
      expect(session.sessionKey).not.toBe(KEY);
      expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ userId: 3 });
      expect((await store.find(storedKey(KEY)))?.data).toBe(data);
    }
  });
});

/**
 * What a holder of the secret could sign, such as another program of theirs, or a version of theirs
 * with a mistake.
 */
const SIGNED = [
  ...WISHES,
  '{"userId":1,"userId":2}',
  '{"_session_expiry":"rubbish","_session_created":{},"_session_flash_x":[]}',
  '{"_session_expiry":1e400,"_session_created":-1e400}',
  '{"toString":null,"hasOwnProperty":1,"toJSON":1,"then":1}',
  '{"json":{"userId":1}}',
  '[{"userId":1},1]',
  '{"json":{"a":1},"meta":{"values":{"__proto__.admin":["Date"],"constructor.prototype.admin":["undefined"]}}}',
  '[{"__proto__":1},{"admin":2},true]',
  '"text"',
  "1",
  "undefined",
  "{",
  nested(500_000),
  nested(500_000, "1"),
];

/** JSON can read more levels than it can write. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return "too deep";
    throw error;
  }
}

describe.each(CODECS)("A hostile text in genuine data of %s", (codecName, codec) => {
  const isPlain = codecName === "plainJson()";
  const texts = SIGNED.filter((text) => !isPlain || isObject(text));

  it.each(SERIALIZERS.filter(({ serializer }) => !isPlain || serializer !== devalue))(
    "gives its dictionary as it is or an empty session, read by $name, and pollutes nothing",
    async ({ serializer }) => {
      const { load, events, writes } = tableOf({ codec, serializer });
      const seen = { refused: 0, opened: 0 };
      for (const text of texts) {
        const session = await load(encodeAs(codec, { storedKey: storedKey(KEY), text }));
        const isRefused = session.sessionKey === null;
        seen[isRefused ? "refused" : "opened"]++;
        expect(events.map(({ type }) => type)).toEqual([isRefused ? "suspicious" : "loaded"]);
        if (isRefused) expect(session.isEmpty()).toBe(true);
        else if (serializer === JSON) {
          const entries = Object.entries(JSON.parse(text)).filter(([each]) => !each.startsWith("_session_"));
          expect(jsonOf(session.entries())).toBe(jsonOf(entries));
        }
        expect(Object.getPrototypeOf(session.toJSON())).toBe(Object.prototype);
        expect(({} as Record<string, unknown>).admin).toBeUndefined();
      }
      expect(writes).toEqual([]);
      // plainJson() takes objects only, and JSON reads them all.
      if (!isPlain || serializer !== JSON) expect(seen.refused).toBeGreaterThan(0);
      expect(seen.opened).toBeGreaterThan(serializer === JSON ? 5 : 0);
    },
  );
});

describe.each(CODECS)("A serializer that escapes nothing, with %s", (_, codec) => {
  /** As JSON, but with halves of surrogate pairs as they are. */
  const serializer: Serializer = {
    stringify: (value) =>
      JSON.stringify(value).replace(/\\u(d[89a-f]..)/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`))),
    parse: JSON.parse,
  };

  it.each<[what: string, data: Record<string, unknown>, path: string]>([
    ["a text", { whole: "\u{1F600}", half: "\uD83D" }, "half"],
    ["a text deep inside a value", { list: [{ half: "\uDE00!" }] }, "list"],
    ["a key", { "\uD83D": 1 }, '["\\ud83d"]'],
  ])("cannot save half of a surrogate pair in %s, and nothing is written", async (_, data, path) => {
    const store = memoryStore();
    const session = createSessions({ store, secret: SECRET, codec, serializer }).open();
    session.update(data);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path });
    expect(await store.findMatching({})).toEqual([]);
  });

  it("saves whole pairs", async () => {
    const sessions = createSessions({ store: memoryStore(), secret: SECRET, codec, serializer });
    const session = sessions.open();
    session.update({ "\u{1F600}": "\u{1F600}" });
    await session.save();
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ "\u{1F600}": "\u{1F600}" });
  });
});

it("plainJson() with a serializer that writes no object is a ConfigError at the first save, and nothing is written", async () => {
  const store = memoryStore();
  const { sessions } = memorySessions({ store, codec: plainJson(), serializer: devalue });
  const session = sessions.open();
  session.set("userId", 7);
  await expect(session.save()).rejects.toMatchObject({ code: "SESSION_CONFIG" });
  expect(await store.findExpired(new Date("9999-01-01"), 10)).toEqual([]);
});

it("A codec that takes everything but `encode` and `decode` from another one is asked for those", async () => {
  const store = memoryStore();
  const signed = signedJson();
  const codec = {
    ...signed,
    encode: (...[text, context]: Parameters<typeof signed.encode>) => `own ${signed.encode(text, context)}`,
    decode: (...[data, context]: Parameters<typeof signed.decode>) => signed.decode(data.slice(4), context),
  };
  const sessions = createSessions<{ userId: number }>({ store, secret: SECRET, codec });
  const session = sessions.open();
  session.set("userId", 7);
  await session.save();
  session.set("userId", 8);
  await session.save();
  expect((await store.find(storedKey(session.sessionKey)))?.data).toMatch(/^own v1\./);
  expect((await sessions.load(session.sessionKey)).get("userId")).toBe(8);
});

const pairs = CODECS.flatMap(([codecName, codec]) =>
  SERIALIZERS.filter((each) => each.isObject || codecName !== "plainJson()").map((each) => ({
    ...each,
    name: `${codecName} with ${each.name}`,
    codec,
  })),
);

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
        // JSON shows every difference, also under a name like `__proto__`.
        expect(JSON.stringify(loaded.toJSON())).toBe(JSON.stringify(data));
      }),
      { numRuns: isMemory ? 200 : 30 },
    );
  });
});
