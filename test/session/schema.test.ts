import { type } from "arktype";
import * as devalue from "devalue";
import {
  ConfigError,
  createSessions,
  memoryStore,
  type SchemaResult,
  type SessionEvent,
  type SessionsOptions,
  type StandardSchema,
} from "prisma-db-session";
import superjson from "superjson";
import * as v from "valibot";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { z } from "zod";
import { notingStore } from "../noting-store.ts";
import { describeEachOwnedStore } from "../security/owned-stores.ts";
import { describeEachStore } from "../stores.ts";
import { gate, SECRET } from "../support.ts";

interface Shop {
  userId?: number;
  cart?: { product: string; amount: number }[];
}

const zodShop = z.object({
  userId: z.int().optional(),
  cart: z.array(z.object({ product: z.string(), amount: z.number() })).optional(),
});

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

/** Two versions of an application over one table. The older one has no schema. */
function versions<Data extends object>(
  schema: StandardSchema<Data>,
  { store = memoryStore(), ...options }: Partial<SessionsOptions> = {},
) {
  const events: SessionEvent[] = [];
  const onEvent = (event: SessionEvent) => events.push(event);
  return {
    older: createSessions({ store, secret: SECRET, ...options }),
    newer: createSessions({
      store,
      secret: SECRET,
      onEvent,
      ...options,
      schema: schema as StandardSchema<never>,
    }) as ReturnType<typeof createSessions<Data>>,
    store,
    hidden: () => events.flatMap((event) => (event.type === "hidden" ? [event.keys] : [])),
  };
}

/** A session that one version has saved; returns its key. */
async function savedBy(sessions: { open(): OpenSession }, data: object): Promise<string> {
  const session = sessions.open();
  session.update(data);
  await session.save();
  return session.sessionKey as string;
}

interface OpenSession {
  update(data: object): void;
  save(): Promise<void>;
  readonly sessionKey: string | null;
}

/** A schema of one rule for the whole dictionary. */
const ruled = (
  rule: (data: Record<string, unknown>) => SchemaResult | Promise<SchemaResult>,
): StandardSchema<Record<string, unknown>> => ({
  "~standard": { version: 1, vendor: "test", validate: (value) => rule(value as Record<string, unknown>) },
});

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

it("the schema only judges: the row holds what was set, not the schema's output", async () => {
  const schema = z.object({ at: z.string().transform(Number), spare: z.string().default("filled") });
  const { newer } = versions(schema);
  const session = newer.open();
  session.set("at", "12");
  await session.save();
  expect((await newer.load(session.sessionKey)).toJSON()).toEqual({ at: "12" });
});

it("an absent key fits, so that a session can begin empty", async () => {
  const { newer } = versions(z.object({ userId: z.number(), name: z.string() }));
  const session = newer.open();
  await session.save();
  session.set("name", "Zoë");
  await session.save();
  expect((await newer.load(session.sessionKey)).toJSON()).toEqual({ name: "Zoë" });
});

it("the schema sees the user's keys alone", async () => {
  const seen: unknown[] = [];
  const { newer } = versions(
    ruled((data) => {
      seen.push(structuredClone(data));
      return {};
    }),
  );
  const session = newer.open();
  session.set("a", 1);
  session.flash("note", "saved");
  session.setExpiry(60);
  await session.markAuthenticated({ userId: 7 });
  await newer.load(session.sessionKey);
  expect(seen).toEqual([
    { a: 1, userId: 7 },
    { a: 1, userId: 7 },
  ]);
});

it("a schema that answers later is awaited once, before the first statement of a save", async () => {
  const { open, opened } = gate();
  const validate = vi.fn(async () => {
    await opened;
    return {};
  });
  const { store, calls } = notingStore();
  const { newer } = versions(ruled(validate), { store });
  const session = newer.open();
  session.set("a", 1);
  const saved = session.save();
  await vi.waitFor(() => expect(validate).toHaveBeenCalledOnce());
  expect(calls).toEqual([]);
  open();
  await saved;
  expect([calls.length, validate.mock.calls.length]).toEqual([1, 1]);
});

describe("An issue that names no key", () => {
  const needsOwner = ruled((data) =>
    Object.keys(data).some((key) => key === "userId" || key === "guest") || Object.keys(data).length === 0
      ? {}
      : { issues: [{ message: "Neither a user nor a guest" }] },
  );

  it("refuses a save", async () => {
    const { newer } = versions(needsOwner);
    const session = newer.open();
    session.set("cart", []);
    await expect(session.save()).rejects.toMatchObject({
      path: "",
      message: expect.stringMatching(/^The session data do not fit the option `schema`\. /),
      cause: { message: "Neither a user nor a guest" },
    });
  });

  it("hides nothing and refuses nothing if the data had it when they were read", async () => {
    const { older, newer, hidden } = versions(needsOwner);
    const session = await newer.load(await savedBy(older, { cart: ["tea"] }));
    session.set("note", "hello");
    await session.save();
    expect([session.toJSON(), hidden()]).toEqual([{ cart: ["tea"], note: "hello" }, []]);
  });

  it("refuses nothing if the data had it because a value is hidden", async () => {
    const schema = z
      .object({ userId: z.number().optional(), cart: z.array(z.string()).optional() })
      .refine((data) => data.userId !== undefined, "No user");
    const { older, newer } = versions(schema);
    const session = await newer.load(await savedBy(older, { userId: "7", cart: [] }));
    session.set("cart", ["tea"]);
    await session.save();
    expect((await older.load(session.sessionKey)).toJSON()).toEqual({ userId: "7", cart: ["tea"] });
  });
});

it("an issue of a key that the save does not change refuses nothing", async () => {
  const schema = z
    .object({ from: z.number(), to: z.number() })
    .partial()
    .refine(({ from = 0, to = 9 }) => from <= to, { path: ["to"], message: "ends before it begins" });
  const { newer } = versions(schema);
  const session = newer.open();
  session.update({ from: 1, to: 2 });
  await session.save();
  session.set("from", 3);
  await session.save();
  session.set("to", 1);
  await expect(session.save()).rejects.toMatchObject({ path: "to" });
});

it("a schema that throws hides nothing at a load, and refuses every save", async () => {
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
  ["issues that are no list", () => ({ issues: { length: 1 } as never })],
  ["null as an issue", () => ({ issues: [null] as never })],
  [
    "an error that has no text",
    () => {
      throw Object.create(null);
    },
  ],
])("a load survives a schema that answers with %s", async (_, rule) => {
  const { older, newer } = versions(ruled(rule));
  expect((await newer.load(await savedBy(older, { a: 1 }))).toJSON()).toEqual({ a: 1 });
});

it("a schema that answers later hides values at a load too", async () => {
  const schema = ruled(async () => ({ issues: [{ message: "m", path: ["a"] }] }));
  const { older, newer } = versions(schema);
  expect((await newer.load(await savedBy(older, { a: 1, b: 2 }))).toJSON()).toEqual({ b: 2 });
});

it("a row that create() inserts has what the session shows", async () => {
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

it("a union at the top refuses what no member of it allows, but not an empty session", async () => {
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

describe("What changes while a save is under way", () => {
  it("belongs to the next save, which judges it", async () => {
    const { open, opened } = gate();
    const asked = gate();
    const schema = ruled(async ({ userId }) => {
      asked.open();
      await opened;
      return typeof userId === "string" ? { issues: [{ message: "m", path: ["userId"] }] } : {};
    });
    const { older, newer } = versions(schema);
    const session = newer.open();
    session.set("userId", 1);
    const saved = session.save();
    await asked.opened;
    session.set("userId", "evil");
    open();
    await saved;
    expect((await older.load(session.sessionKey)).get("userId")).toBe(1);
    await expect(session.save()).rejects.toMatchObject({ path: "userId" });
  });

  it("is not written by the second UPDATE of a conflict either", async () => {
    const store = { ...memoryStore() };
    const { older, newer } = versions(zodShop, { store });
    const key = await savedBy(older, { cart: [] });
    const session = await newer.load(key);
    const theirs = await older.load(key);
    theirs.set("note", 1);
    await theirs.save();
    const { update } = store;
    store.update = (...args) => {
      session.set("userId", "evil" as never);
      store.update = update;
      return update(...args);
    };
    session.set("cart", [{ product: "tea", amount: 1 }]);
    await session.save();
    expect((await older.load(key)).toJSON()).toEqual({ cart: [{ product: "tea", amount: 1 }], note: 1 });
    expect([session.get("userId"), session.has("userId")]).toEqual(["evil", true]);
    await expect(session.save()).rejects.toMatchObject({ path: "userId" });
  });
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

it("create() refuses a value that does not fit, even if the old row has it", async () => {
  const { older, newer } = versions(zodShop);
  const session = await newer.load(await savedBy(older, { userId: "7" }));
  session.set("userId", "7" as never);
  await expect(session.create()).rejects.toMatchObject({ path: "userId" });
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

it("a schema that changes the values which it is given changes nothing in the session", async () => {
  const schema = ruled((data) => {
    for (const value of Object.values(data)) if (Array.isArray(value)) value.push("added");
    return {};
  });
  const { newer } = versions(schema);
  const session = newer.open();
  session.set("cart", []);
  await session.save();
  expect([session.get("cart"), (await newer.load(session.sessionKey)).get("cart")]).toEqual([[], []]);
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

it("the message of a SerializationError contains no value, since it may get into logs", async () => {
  const { newer } = versions(v.object({ pin: v.optional(v.number()) }) as StandardSchema<object>);
  const session = newer.open() as unknown as OpenSession;
  session.update({ pin: "4711-secret" });
  await expect(session.save()).rejects.toMatchObject({ path: "pin", message: expect.not.stringContaining("4711") });
});

it("a path of anything but texts and numbers is named too", async () => {
  const schema = v.object({ m: v.optional(v.map(v.bigint(), v.number())) });
  const { newer } = versions(schema as StandardSchema<object>, { serializer: superjson });
  const session = newer.open() as unknown as OpenSession;
  session.update({ m: new Map([[1n, "x"]]) });
  await expect(session.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: 'm["1"]' });
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

  it("give way to a value that is set, to delete() and to clear()", async () => {
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

  it("come with a merge too, and hide there", async () => {
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

describeEachOwnedStore("The owner column with a hidden user", (stores) => {
  it("stays as it is until the user is set or deleted, so that revoke() finds the session", async () => {
    const columns = (data: { userId?: unknown }) => ({
      userId: data.userId === undefined ? null : Number(data.userId),
    });
    const { older, newer } = versions(zodShop, { store: stores().store, columns });
    const key = await savedBy(older, { userId: "7" });
    const session = await newer.load(key);
    session.set("cart", []);
    await session.save();
    expect(await newer.list({ userId: 7 })).toHaveLength(1);
    session.delete("userId");
    await session.save();
    expect(await newer.list({ userId: 7 })).toHaveLength(0);
  });

  it("becomes null if the user is deleted while another value is hidden", async () => {
    const columns = (data: { userId?: unknown }) => ({ userId: Number(data.userId) || null });
    const { older, newer } = versions(zodShop, { store: stores().store, columns });
    const session = await newer.load(await savedBy(older, { userId: 7, cart: "bad" }));
    session.delete("userId");
    await session.save();
    expect(await newer.list({ userId: 7 })).toHaveLength(0);
    expect((await older.load(session.sessionKey)).toJSON()).toEqual({ cart: "bad" });
  });

  it("follows the other request's user if onConflict is overwrite", async () => {
    const columns = (data: { userId?: unknown }) => ({ userId: Number(data.userId) || null });
    const { older, newer } = versions(zodShop, { store: stores().store, columns, onConflict: "overwrite" });
    const session = await newer.load(await savedBy(older, { userId: "7", cart: [] }));
    const theirs = await older.load(session.sessionKey);
    theirs.set("userId", "9");
    await theirs.save();
    session.set("cart", [{ product: "tea", amount: 1 }]);
    await session.save();
    expect((await older.load(session.sessionKey)).get("userId")).toBe("9");
    expect(await newer.list({ userId: 9 })).toHaveLength(1);
  });
});
