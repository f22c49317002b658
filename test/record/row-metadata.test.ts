import * as devalue from "devalue";
import type { Codec, Serializer, SessionsOptions } from "prisma-db-session";
import superjson from "superjson";
import { describe, expect, it } from "vitest";
import { memorySessions, type ShopData, START, storedKey } from "../support.ts";

/** Leaves the text as it is, so that a test can put any text into the table. */
const unprotected: Codec = { encode: (text) => text, decode: (text) => text };

const SERIALIZERS: [name: string, serializer: Serializer][] = [
  ["JSON", JSON],
  ["superjson", superjson],
  ["devalue", devalue],
];

const inSeconds = (seconds: number) => new Date(START.getTime() + seconds * 1000);

/** A session whose row was written by another program. */
async function foreignRow(
  row: unknown,
  options: Partial<Omit<SessionsOptions<ShopData>, "store">> = {},
  { serializer = JSON as Serializer } = {},
) {
  const all = memorySessions({ codec: unprotected, serializer, ...options });
  const key = "f".repeat(32);
  await all.store.insert({ key: storedKey(key), data: serializer.stringify(row), expireDate: inSeconds(1000) });
  return { ...all, key, session: await all.sessions.load(key) };
}

describe("a row without valid metadata", () => {
  it.each([
    ["no metadata", {}],
    ["null", { _session_row: null }],
    ["an object", { _session_row: { startedAt: 1 } }],
    ["an empty list", { _session_row: [] }],
    ["a start that is text", { _session_row: ["2030", 1, "a".repeat(10)] }],
    ["a start that is no number", { _session_row: [null, 1, ""] }],
    ["a counter that is a fraction", { _session_row: [1, 1.5, ""] }],
    ["ids that are a list", { _session_row: [1, 1, ["a".repeat(10)]] }],
    ["ids that are too short", { _session_row: [1, 1, "abc"] }],
    ["more ids than a row keeps", { _session_row: [1, 9, "a".repeat(90)] }],
    ["ids in capitals", { _session_row: [1, 1, "A".repeat(10)] }],
  ])("(%s) loads, and absoluteMaxAge starts at its next write", async (_, metadata) => {
    const { sessions, session, key, clock } = await foreignRow({ userId: 7, ...metadata }, { absoluteMaxAge: 100 });
    expect([session.sessionKey, session.toJSON()]).toEqual([key, { userId: 7 }]);
    clock.advance(50);
    await session.save();
    expect((await sessions.load(key)).getExpiryDate()).toEqual(inSeconds(150));
    clock.advance(99);
    const last = await sessions.load(key);
    await last.save();
    expect(last.getExpiryAge()).toBe(1);
    clock.advance(1);
    expect((await sessions.load(key)).sessionKey).toBeNull();
  });

  it("gets them at the next write, and the changes of two requests are merged all the same", async () => {
    const { sessions, session, key } = await foreignRow({ userId: 7 });
    const other = await sessions.load(key);
    session.set("note", "mine");
    await session.save();
    other.set("cart", ["tea"]);
    await other.save();
    expect((await sessions.load(key)).toJSON()).toEqual({ userId: 7, note: "mine", cart: ["tea"] });
  });
});

describe.each(SERIALIZERS)("metadata in a row of %s", (_, serializer) => {
  it("are invisible, and survive a second save", async () => {
    const seen: object[] = [];
    const columns = (data: object) => {
      seen.push(data);
      return {};
    };
    const { sessions, store } = memorySessions({ serializer, columns, codec: unprotected });
    const empty = sessions.open();
    expect(empty.isEmpty()).toBe(true);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    loaded.set("note", new Set(["tea"]).size);
    await loaded.save();
    for (const each of [session, loaded, await sessions.load(session.sessionKey)]) {
      const expected = each === session ? { userId: 7 } : { userId: 7, note: 1 };
      expect(each.toJSON()).toEqual(expected);
      expect(each.keys()).toEqual(Object.keys(expected));
      expect(each.entries()).toEqual(Object.entries(expected));
      expect([...each.values()]).toEqual(Object.values(expected));
      expect([each.has("_session_row"), each.get("_session_row")]).toEqual([false, undefined]);
      expect(() => each.set("_session_row", 1)).toThrow(TypeError);
    }
    expect(seen.every((data) => !Object.keys(data).some((name) => name.startsWith("_session_")))).toBe(true);
    const row = serializer.parse((await store.find(storedKey(session.sessionKey)))?.data ?? "");
    expect(row).toEqual({
      userId: 7,
      note: 1,
      _session_row: [START.getTime(), 2, expect.stringMatching(/^[a-z0-9]{20}$/)],
    });
  });

  it("a malformed entry does not keep a row from being read", async () => {
    const { session } = await foreignRow({ userId: 7, _session_row: "rubbish" }, {}, { serializer });
    expect(session.toJSON()).toEqual({ userId: 7 });
  });
});

it("a row that holds the metadata alone is an empty dictionary of a session that exists", async () => {
  const { sessions } = memorySessions();
  const session = sessions.open();
  await session.create();
  const loaded = await sessions.load(session.sessionKey);
  expect([loaded.keys(), loaded.toJSON(), loaded.isEmpty()]).toEqual([[], {}, false]);
});

it("a row keeps the ids of the last 8 writes of data, and a write of the expiry alone adds none", async () => {
  const { sessions, store } = memorySessions({ codec: unprotected });
  const session = sessions.open();
  for (let write = 1; write <= 10; write++) {
    session.set("note", write);
    await session.save();
    await session.save();
  }
  const row = JSON.parse((await store.find(storedKey(session.sessionKey)))?.data ?? "");
  expect(row._session_row).toEqual([START.getTime(), 10, expect.stringMatching(/^[a-z0-9]{80}$/)]);
});
