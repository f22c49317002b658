import * as devalue from "devalue";
import { createSessions, memoryStore } from "prisma-db-session";
import superjson from "superjson";
import { expect, it, vi } from "vitest";
import { describeEachStore } from "../../stores.ts";
import { SECRET } from "../../support.ts";
import { ruled, savedBy, versions, zodShop } from "./versions.ts";

it("a schema that throws hides nothing in a load, and refuses every save", async () => {
  const error = new Error("The look-up is down");
  const schema = ruled(() => {
    throw error;
  });
  const { older, newer, hidden } = versions(schema);
  const session = await newer.load(await savedBy(older, { a: 1 }));
  expect([session.toJSON(), hidden()]).toEqual([{ a: 1 }, []]);
  session.set("b", 1);
  await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", cause: error });
  expect((await older.load(session.sessionKey)).toJSON()).toEqual({ a: 1 });
});

it.each([
  ["null as a path", () => ({ issues: [{ message: "m", path: null as never }] })],
  ["issues that are not a list", () => ({ issues: { length: 1 } as never })],
  ["null as an issue", () => ({ issues: [null] as never })],
  [
    "an error without a text",
    () => {
      throw Object.create(null);
    },
  ],
])("a load does not fail if the schema returns or throws %s", async (_, rule) => {
  const { older, newer } = versions(ruled(rule));
  expect((await newer.load(await savedBy(older, { a: 1 }))).toJSON()).toEqual({ a: 1 });
});

it("an asynchronous schema hides values in a load too", async () => {
  const schema = ruled(async () => ({ issues: [{ message: "m", path: ["a"] }] }));
  const { older, newer } = versions(schema);
  expect((await newer.load(await savedBy(older, { a: 1, b: 2 }))).toJSON()).toEqual({ b: 2 });
});

it("create() inserts only the values that the session shows", async () => {
  const { older, newer } = versions(zodShop);
  const session = await newer.load(await savedBy(older, { userId: "7", cart: [] }));
  await session.create();
  expect((await older.load(session.sessionKey)).toJSON()).toEqual({ cart: [] });
  session.set("cart", [{ product: "tea", amount: 1 }]);
  await session.save();
  expect((await older.load(session.sessionKey)).has("userId")).toBe(false);
});

it("prints a warning for hidden values if no onEvent is given", async () => {
  const store = memoryStore();
  const key = await savedBy(createSessions({ store, secret: SECRET }), { userId: "7" });
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const sessions = createSessions({ store, secret: SECRET, schema: zodShop });
  await sessions.load(key);
  expect(warn.mock.calls).toEqual([[expect.stringContaining("do not fit the option `schema`")]]);
  warn.mockRestore();
});

it("a create() that fails leaves the hidden values in the old row", async () => {
  const store = { ...memoryStore() };
  const { older, newer } = versions(zodShop, { store });
  const key = await savedBy(older, { userId: "7", cart: [] });
  const session = await newer.load(key);
  const { insert } = store;
  store.insert = async () => {
    throw new Error("down");
  };
  await expect(session.create()).rejects.toThrow("down");
  store.insert = insert;
  await session.save();
  expect([session.sessionKey, (await older.load(key)).toJSON()]).toEqual([key, { userId: "7", cart: [] }]);
});

it.each([
  ["superjson", superjson],
  ["devalue", devalue],
])("hidden values survive with %s as the serializer", async (_, serializer) => {
  const { older, newer } = versions(zodShop, { serializer });
  const session = await newer.load(await savedBy(older, { userId: new Date(0), cart: [] }));
  session.set("cart", [{ product: "tea", amount: 1 }]);
  await session.cycleKey();
  const read = await older.load(session.sessionKey);
  expect(read.toJSON()).toEqual({ userId: new Date(0), cart: [{ product: "tea", amount: 1 }] });
});

describeEachStore("Hidden values", (stores) => {
  it("stay in the row through the saves and the rotation of a newer version", async () => {
    const { older, newer } = versions(zodShop, { store: stores().store });
    const key = await savedBy(older, { userId: "seven", cart: [] });
    const session = await newer.load(key);
    session.set("cart", [{ product: "tea", amount: 1 }]);
    await session.save();
    await session.cycleKey();
    expect(session.toJSON()).toEqual({ cart: [{ product: "tea", amount: 1 }] });
    const read = await older.load(session.sessionKey);
    expect(read.toJSON()).toEqual({ userId: "seven", cart: [{ product: "tea", amount: 1 }] });
  });

  it("are replaced by set() and setDefault(), and removed by delete() and clear()", async () => {
    const { older, newer } = versions(zodShop, { store: stores().store });
    const change: ((session: ReturnType<typeof newer.open>) => void)[] = [
      (session) => session.set("userId", 8),
      (session) => expect(session.setDefault("userId", 8)).toBe(8),
      (session) => expect(session.delete("userId")).toBe(true),
      (session) => session.clear(),
    ];
    const rows: unknown[] = [];
    for (const each of change) {
      const session = await newer.load(await savedBy(older, { userId: "7", cart: [] }));
      each(session);
      await session.save();
      rows.push((await older.load(session.sessionKey)).toJSON());
    }
    expect(rows).toEqual([{ userId: 8, cart: [] }, { userId: 8, cart: [] }, { cart: [] }, {}]);
  });

  it("are hidden after a merge too", async () => {
    const { older, newer, hidden } = versions(zodShop, { store: stores().store });
    const other = versions(zodShop, { store: stores().otherStore }).older;
    const key = await savedBy(older, { cart: [] });
    const mine = await newer.load(key);
    const theirs = await other.load(key);
    theirs.set("userId", "seven");
    await theirs.save();
    mine.set("cart", [{ product: "tea", amount: 1 }]);
    await mine.save();
    expect([mine.toJSON(), hidden()]).toEqual([{ cart: [{ product: "tea", amount: 1 }] }, [["userId"]]]);
    // What is hidden already is no news.
    theirs.set("note", 1);
    await theirs.save();
    mine.set("cart", []);
    await mine.save();
    expect([mine.toJSON(), hidden()]).toEqual([{ cart: [], note: 1 }, [["userId"]]]);
    expect((await older.load(key)).get("userId")).toBe("seven");
  });
});
