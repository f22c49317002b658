import { describe, expect, it } from "vitest";
import { memorySessions } from "../support.ts";

class Money {
  amount = 1;
}

class Basket extends Array {}

const cycle: Record<string, unknown> = {};
cycle.self = { again: cycle };

const shared = { a: 1 };

let deep: unknown = 1;
for (let i = 0; i < 100_000; i++) deep = [deep];

async function save(value: unknown) {
  const { sessions } = memorySessions();
  const session = sessions.open();
  session.set("note", value);
  await session.save();
  return (await sessions.load(session.sessionKey)).get("note");
}

describe("values in a session", () => {
  it.each([
    ["texts", ["", "é\u{1F600}", "\u0000\uD800", "' \" \\"]],
    ["numbers", [0, 1.5, -1e300, Number.MAX_SAFE_INTEGER]],
    ["booleans and null", [true, false, null]],
    ["nested objects and arrays", { a: [{ b: { c: [[]] } }], "": 1, "a.b": 2 }],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 })],
    ["a value that stands in two places", [shared, { shared }]],
  ])("%s come back as they went in", async (_, value) => {
    expect(await save(value)).toEqual(value);
  });

  it("a property that is undefined is left out, and reads as undefined", async () => {
    expect(await save({ a: 1, b: undefined })).toEqual({ a: 1 });
  });

  it.each<[string, unknown, string, RegExp]>([
    ["a Date", { at: new Date() }, "note.at", /is a Date/],
    ["a Map", [new Map()], "note[0]", /is a Map/],
    ["a Set", { tags: new Set() }, "note.tags", /is a Set/],
    ["a class instance", { price: new Money() }, "note.price", /is a Money/],
    ["NaN", { "a b": Number.NaN }, 'note["a b"]', /is NaN/],
    ["Infinity", Number.POSITIVE_INFINITY, "note", /is Infinity/],
    ["a bigint", [1, [2n]], "note[1][0]", /is a bigint/],
    ["a function", { toJSON: () => 1 }, "note.toJSON", /is a function/],
    ["a symbol", Symbol("x"), "note", /is a symbol/],
    ["undefined", undefined, "note", /is undefined.*Delete it instead/],
    ["undefined in an array", [1, undefined], "note[1]", /is undefined/],
    ["a hole in an array", { list: new Array(1) }, "note.list", /an array with holes or properties/],
    ["an array with a property", Object.assign([1], { total: 1 }), "note", /an array with holes or properties/],
    ["an array of a class", [new Basket()], "note[0]", /is a Basket/],
    [
      "a hidden property",
      Object.defineProperty({}, "toJSON", { value: () => 1 }),
      "note",
      /symbols or hidden properties/,
    ],
    ["what JSON makes nothing of", new Proxy({}, { get: () => () => undefined }), "note", /is nothing in JSON/],
    ["symbol keys", { [Symbol("x")]: 1 }, "note", /an object with symbols or hidden properties/],
    ["a cycle", cycle, "note.self.again", /is part of a cycle/],
    ["what is nested too deeply", deep, `note${"[0]".repeat(500)}`, /nested deeper than 500 levels/],
  ])("%s is refused by its path, and no row is made", async (_, value, path, message) => {
    const { sessions, store } = memorySessions();
    const writes: string[] = [];
    store.insert = async ({ key }) => writes.push(key) > 0;
    const session = sessions.open();
    session.set("note", value);
    const work = expect(session.save()).rejects.toMatchObject({
      code: "SESSION_SERIALIZATION",
      path,
      message: expect.stringMatching(message),
    });
    await work;
    expect(writes).toEqual([]);
  });

  it("a key that is no name stands in quotes in the path", async () => {
    const { sessions } = memorySessions();
    const session = sessions.open();
    session.set("two\nlines", Number.NaN);
    await expect(session.save()).rejects.toMatchObject({ path: '["two\\nlines"]' });
  });

  it("a large value deep inside does not make a save slow: the check looks at each part once", async () => {
    let visits = 0;
    const counting = (): object => ({
      get part() {
        visits++;
        return 1;
      },
    });
    let nested: unknown = Array.from({ length: 1000 }, counting);
    for (let i = 0; i < 400; i++) nested = [nested];
    await save(nested);
    // One by the check, one by each of the two texts: of the value, and of the whole row.
    expect(visits).toBeLessThanOrEqual(3000);
  });

  it.each<[string, unknown, unknown]>([
    ["a Map", {}, new Map([["theme", "dark"]])],
    ["a Set inside", { a: [{}] }, { a: [new Set([1])] }],
    ["NaN", [1, null], [1, Number.NaN]],
    ["a hole", [null], new Array(1)],
    ["a Date inside", { at: "2030-01-01T00:00:00.000Z" }, { at: new Date(Date.UTC(2030, 0, 1)) }],
    ["a class instance", { amount: 1 }, new Money()],
  ])("%s is refused where its JSON is that of the value which it replaces", async (_, before, value) => {
    const { sessions } = memorySessions();
    const session = sessions.open();
    session.set("note", before);
    await session.save();
    session.set("note", value);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION" });
  });

  it("is refused even where its JSON is the same as before", async () => {
    const { sessions } = memorySessions();
    const session = sessions.open();
    session.set("note", null);
    await session.save();
    session.set("note", Number.NaN);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION" });
  });
});
