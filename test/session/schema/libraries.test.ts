import { type } from "arktype";
import { ConfigError, createSessions, memoryStore, type StandardSchema } from "prisma-db-session";
import superjson from "superjson";
import * as v from "valibot";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { notingStore } from "../../noting-store.ts";
import { SECRET } from "../../support.ts";
import { type OpenSession, type Shop, savedBy, versions, zodShop } from "./versions.ts";

/** The same schema of each library. */
const SHOPS: [name: string, schema: StandardSchema<Shop>][] = [
  ["zod", zodShop as StandardSchema<Shop>],
  [
    "valibot",
    v.object({
      userId: v.optional(v.pipe(v.number(), v.integer())),
      cart: v.optional(v.array(v.object({ product: v.string(), amount: v.number() }))),
    }) as StandardSchema<Shop>,
  ],
  ["arktype", type({ "userId?": "number.integer", "cart?": type({ product: "string", amount: "number" }).array() })],
];

describe.each(SHOPS)("The option schema with %s", (_, schema) => {
  it("refuses a save of a value that does not fit, names its path and writes nothing", async () => {
    const { store, calls } = notingStore();
    const { newer } = versions(schema, { store });
    const session = newer.open();
    session.set("cart", [
      { product: "tea", amount: 1 },
      { product: "cup", amount: "2" as unknown as number },
    ]);
    await expect(session.save()).rejects.toMatchObject({
      code: "SESSION_SERIALIZATION",
      path: "cart[1].amount",
      message:
        "The value of session key `cart[1].amount` does not fit the option `schema`. Nothing was saved. " +
        "The `cause` of this error is the issue. Set data that fit, or delete the key.",
      cause: { message: expect.any(String) },
    });
    expect([calls, session.sessionKey]).toEqual([[], null]);
    session.set("cart", [{ product: "tea", amount: 1 }]);
    await session.save();
    expect((await newer.load(session.sessionKey)).get("cart")).toEqual([{ product: "tea", amount: 1 }]);
  });

  it("refuses a sign-in with data that do not fit, and the session stays as it was", async () => {
    const { newer } = versions(schema);
    const session = await newer.load(await savedBy(newer, { cart: [] }));
    const key = session.sessionKey;
    await expect(session.markAuthenticated({ userId: 1.5 })).rejects.toMatchObject({ path: "userId" });
    expect([session.has("userId"), session.sessionKey]).toEqual([false, key]);
  });

  it("hides a value of the row that does not fit, and only this one", async () => {
    const { older, newer, hidden } = versions(schema);
    const key = await savedBy(older, { userId: "7", cart: [] });
    const session = await newer.load(key);
    expect(session.toJSON()).toEqual({ cart: [] });
    expect([session.has("userId"), session.get("userId"), session.get("userId", 0)]).toEqual([false, undefined, 0]);
    expect([session.keys(), session.values(), [...session]]).toEqual([["cart"], [[]], [["cart", []]]]);
    expect(hidden()).toEqual([["userId"]]);
  });
});

it("the type of the data is the input of the schema", () => {
  const zod = createSessions({ store: memoryStore(), secret: SECRET, schema: zodShop });
  const valibot = createSessions({
    store: memoryStore(),
    secret: SECRET,
    schema: v.object({ n: v.number(), t: v.string() }),
  });
  const arktype = createSessions({ store: memoryStore(), secret: SECRET, schema: type({ n: "number" }) });
  const coerced = createSessions({
    store: memoryStore(),
    secret: SECRET,
    schema: z.object({ at: z.string().transform((text) => new Date(text)) }),
    columns: (data) => ({ at: data.at ?? null }),
  });
  expectTypeOf(zod.open().get("userId")).toEqualTypeOf<number | undefined>();
  expectTypeOf(valibot.open().get("t")).toEqualTypeOf<string | undefined>();
  expectTypeOf(arktype.open().get("n")).toEqualTypeOf<number | undefined>();
  expectTypeOf(coerced.open().get("at")).toEqualTypeOf<string | undefined>();
  // @ts-expect-error: the schema has no such key
  expect(zod.open().get("color")).toBeUndefined();
  // @ts-expect-error: the schema's input is not the type that is named
  createSessions<{ userId: string }>({ store: memoryStore(), secret: SECRET, schema: zodShop });
});

it("the schema only validates: the row holds the given value, not the schema's output", async () => {
  const schema = z.object({ at: z.string().transform(Number), spare: z.string().default("filled") });
  const { newer } = versions(schema);
  const session = newer.open();
  session.set("at", "12");
  await session.save();
  expect((await newer.load(session.sessionKey)).toJSON()).toEqual({ at: "12" });
});

it.each([{}, { "~standard": {} }, "zod", null])("%j as a schema is a ConfigError", (schema) => {
  const options = { store: memoryStore(), secret: SECRET, schema: schema as never };
  expect(() => createSessions(options)).toThrow(ConfigError);
});

describe("A rule for the whole object", () => {
  const ordered = (data: { from?: number | undefined; to?: number | undefined }) => (data.from ?? 0) <= (data.to ?? 9);
  it.each<[string, StandardSchema<{ from?: number; to?: number }>]>([
    ["zod", z.object({ from: z.number(), to: z.number() }).partial().refine(ordered) as StandardSchema<never>],
    [
      "valibot",
      v.pipe(v.partial(v.object({ from: v.number(), to: v.number() })), v.check(ordered)) as StandardSchema<never>,
    ],
    ["arktype", type({ "from?": "number", "to?": "number", "0?": "string" }).narrow(ordered) as StandardSchema<never>],
  ])("of %s refuses a save, and hides nothing", async (_, schema) => {
    const { older, newer, hidden } = versions(schema);
    const session = newer.open();
    session.update({ from: 5, to: 2 });
    await expect(session.save()).rejects.toMatchObject({ path: "" });
    const read = await newer.load(await savedBy(older, { 0: "zero", from: 5, to: 2 }));
    expect([read.toJSON(), hidden()]).toEqual([{ 0: "zero", from: 5, to: 2 }, []]);
  });
});

it("a union refuses data that match none of its members, but allows an empty session", async () => {
  const schema = z.union([z.object({ kind: z.literal("a"), x: z.number() }), z.object({ kind: z.literal("b") })]);
  const { older, newer } = versions(schema);
  const session = newer.open();
  await session.save();
  session.set("kind", "a"); // without its x
  await expect(session.save()).rejects.toMatchObject({ path: "" });
  session.update({ kind: "b" });
  await session.save();
  expect((await older.load(session.sessionKey)).toJSON()).toEqual({ kind: "b" });
});

it.each([
  ["zod", z.strictObject({ a: z.number().optional() })],
  ["valibot", v.strictObject({ a: v.optional(v.number()) })],
  ["arktype", type({ "+": "reject", "a?": "number" })],
])("the test cookie passes a strict schema of %s", async (_, schema) => {
  const { newer } = versions(schema as StandardSchema<object>);
  const session = newer.open();
  session.setTestCookie();
  await session.save();
  expect((await newer.load(session.sessionKey)).testCookieWorked()).toBe(true);
});

it("the error names a path with keys that are neither strings nor numbers", async () => {
  const schema = v.object({ m: v.optional(v.map(v.bigint(), v.number())) });
  const { newer } = versions(schema as StandardSchema<object>, { serializer: superjson });
  const session = newer.open() as unknown as OpenSession;
  session.update({ m: new Map([[1n, "x"]]) });
  await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: 'm["1"]' });
});
