import { createSessions, prismaStore } from "prisma-db-session";
import { prisma8Store } from "prisma-db-session/prisma-8";
import { storeConformanceTests } from "prisma-db-session/testing";
import { describe, expect, it } from "vitest";
import { CODECS, fakeModel } from "./fake-model.ts";

const EXPIRY = new Date("2030-01-02");
const ROW = { key: "a", data: "v1.text", expireDate: EXPIRY };
const guard = { liveAt: new Date("2030-01-01"), data: ROW.data };

const ownColumns = [
  { userId: 1, address: "192.0.2.1" },
  { userId: 2, address: null },
] as const;

for (const target of ["postgres", "sqlite"] as const) {
  describe(`prisma8Store() on a fake of Prisma 8's model on ${target}`, () => {
    const tests = storeConformanceTests(() => prisma8Store(fakeModel({ target })), { ownColumns });
    for (const { name, run } of tests) it(name, run);

    it("takes no character of a prefix for a wildcard, and compares its case", async () => {
      const store = prisma8Store(fakeModel({ target }));
      await store.insert({ ...ROW, data: "v1.ab_c.text" });
      for (const [startsWith, outcome] of [
        ["v1.ab_c", "updated"],
        ["v1.ab_", "updated"],
        ["v1_ab_c", "unmatched"],
        ["v1.ab_b", "unmatched"],
        ["v1.ab%", "unmatched"],
        ["v1.AB_c", "unmatched"],
      ] as const) {
        expect(await store.update("a", { ...guard, data: { startsWith } }, { expireDate: EXPIRY }), startsWith).toBe(
          outcome,
        );
      }
    });
  });
}

const configError = (message: RegExp) =>
  expect.objectContaining({ code: "SESSION_CONFIG", message: expect.stringMatching(message) });
const METHODS = { where() {}, select() {}, createAndCount() {}, updateAndCount() {}, deleteAndCount() {} };

describe("What is no model of Prisma 8", () => {
  it.each<[what: string, model: unknown, message: RegExp]>([
    [
      "undefined",
      undefined,
      /needs a model of Prisma 8, but it got undefined\. .*`prisma8Store\(db\.orm\.public\.Session\)`/,
    ],
    ["null", null, /but it got null\. /],
    [
      "a model of Prisma 7",
      { findUnique() {}, updateMany() {} },
      /a model of Prisma 7 or older\. .*`model: prisma\.session`/,
    ],
    [
      "a client of Prisma 7",
      { $connect() {}, session: {} },
      /the client of Prisma 7 or older\. .*`model: prisma\.session`/,
    ],
    ["a client of Prisma 8", { orm: {}, sql: {}, transaction() {} }, /but this is the client\. Pass the model/],
    [
      "a namespace",
      { Session: {} },
      /but it has no where, select, createAndCount, updateAndCount, deleteAndCount\. Pass/,
    ],
    ["a model that lacks a method", { ...METHODS, updateAndCount: undefined }, /but it has no updateAndCount\. Pass/],
  ])("is named: %s", (_, model, message) => {
    expect(() => prisma8Store(model as never)).toThrow(configError(message));
  });

  it.each<[what: string, object: unknown]>([
    ["a model of Prisma 8", fakeModel()],
    ["the client of Prisma 8", { orm: {} }],
    ["`db.orm` of Prisma 8", { public: { Session: fakeModel() } }],
    ["a namespace of Prisma 8", { Session: fakeModel() }],
  ])("is named where a model of Prisma 7 or a store is wanted: %s", (what, wrong) => {
    const message = (start: string) => configError(new RegExp(`^${start}, but this is ${what}\\. .*prisma8Store`));
    const secret = "x".repeat(32);
    const asModel = message("`model` must be a model of Prisma 7 or 6");
    expect(() => prismaStore(wrong as never)).toThrow(asModel);
    expect(() => createSessions({ model: wrong as never, secret })).toThrow(asModel);
    const asStore = message("`store` must be a session store");
    expect(() => createSessions({ store: wrong as never, secret })).toThrow(asStore);
    expect(() => createSessions({ store: () => wrong as never, secret }).open()).toThrow(asStore);
  });

  it("is refused if it lacks a column", () => {
    const { data: _, ...codecs } = CODECS;
    expect(() => prisma8Store(fakeModel({ codecs }))).toThrow(
      configError(/must have a field `data`, but it is missing/),
    );
  });

  it.each(["pg/timestamptz-temporal@1", "pg/timestamp-temporal@1", "pg/timestamptz-string@1"])(
    "is refused if its date is not a Date: %s",
    (expireDate) => {
      const message = /`expireDate` of the Prisma 8 model does not give a Date\. .*TimestamptzJsDate\(3\)/;
      expect(() => prisma8Store(fakeModel({ codecs: { ...CODECS, expireDate } }))).toThrow(configError(message));
    },
  );

  it("is refused if another column needs Temporal, which would end list() and revoke()", () => {
    const codecs = { ...CODECS, createdAt: "pg/timestamptz-temporal@1" };
    const message = /The field `createdAt` of the Prisma 8 model needs Temporal.* `TimestamptzJsDate\(3\)`/;
    expect(() => prisma8Store(fakeModel({ codecs }))).toThrow(configError(message));
  });

  it("is refused at the first reading if only that shows that its date is not a Date", async () => {
    const store = prisma8Store(fakeModel());
    await store.insert({ ...ROW, expireDate: "2030-01-02" as never });
    await expect(store.find("a")).rejects.toEqual(configError(/does not give a Date/));
  });

  it("may also not describe itself", async () => {
    const store = prisma8Store({ ...fakeModel(), ctx: undefined } as never);
    expect(await store.insert(ROW)).toBe(true);
    expect(store.classifyError(new Error("connection lost"))).toBe("unknown");
  });
});

describe("A condition", () => {
  it.each([
    ["OR", { OR: [{ userId: 7 }] }],
    ["NOT", { NOT: { userId: 7 } }],
    ["userId", { userId: { in: [7] } }],
    ["userId", { userId: undefined }],
    ["userId", { userId: [7] }],
    ["userId", { userId: new Map([["userId", 7]]) }],
    ["userId", { userId: Promise.resolve(7) }],
    ["userId", { userId: () => 7 }],
    ["userId", { userId: Symbol("7") }],
    ["userId", { userId: Number.NaN }],
    ["userId", { userId: 7.5 }],
    ["userId", { userId: true }],
    ["userId", { userId: "7" }],
    ["address", { address: 7 }],
    ["address", { address: new Date(7) }],
    ["createdAt", { createdAt: new Date(Number.NaN) }],
    ["createdAt", { createdAt: "2030-01-01" }],
  ])("that is more than values of columns is a TypeError: %s", async (name, condition) => {
    const store = prisma8Store(fakeModel({ codecs: { ...CODECS, createdAt: "pg/timestamptz-date@1" } }));
    await store.insert(ROW);
    const refused = new RegExp(`^prisma8Store\\(\\) cannot search by \`${name}\``);
    await expect(store.findMatching(condition)).rejects.toThrow(refused);
    await expect(store.deleteMatching(condition, { exceptKeys: [] })).rejects.toThrow(TypeError);
    expect(await store.findMatching({})).toHaveLength(1);
  });

  it("on a column that the model lacks is a ConfigError", async () => {
    const store = prisma8Store(fakeModel());
    const unknown = configError(/Cannot search by `userID` because the Prisma 8 model has no such column/);
    await expect(store.findMatching({ userID: 7 })).rejects.toEqual(unknown);
    const inherited = configError(/Cannot search by `constructor` because the Prisma 8 model has no such column/);
    await expect(store.findMatching({ constructor: 1 })).rejects.toEqual(inherited);
  });
});

describe("A column", () => {
  it("that gets an object is a ConfigError, unless it holds JSON", async () => {
    const store = prisma8Store(fakeModel({ codecs: { ...CODECS, device: "pg/jsonb@1" } }));
    const wrong = { ...ROW, columns: { userId: { set: 8 } } };
    const refused = configError(/Cannot write the column `userId` because `columns` returned an object/);
    await expect(store.insert(wrong)).rejects.toEqual(refused);
    await expect(store.update("a", guard, wrong)).rejects.toEqual(refused);
    expect(await store.insert({ ...ROW, columns: { userId: 8, device: { name: "phone" } } })).toBe(true);
  });

  it("of numbers that gets a string is a ConfigError on SQLite, which would store it", async () => {
    const codecs = { ...CODECS, userId: "sqlite/integer@1" };
    const store = prisma8Store(fakeModel({ target: "sqlite", codecs }));
    const refused = configError(/because `columns` returned a string for it and it holds integers/);
    await expect(store.insert({ ...ROW, columns: { userId: "7" } })).rejects.toEqual(refused);
    expect(await store.insert({ ...ROW, columns: { userId: 7, address: null } })).toBe(true);
  });

  it.each<[value: unknown, what: string, codec: string, holds: string]>([
    [[7], "an array", "sqlite/integer@1", "holds integers"],
    [new Map(), "an object", "sqlite/integer@1", "holds integers"],
    [Promise.resolve(7), "a promise", "pg/int4@1", "holds integers"],
    [() => 7, "a function", "pg/int4@1", "holds integers"],
    [Symbol("7"), "a symbol", "pg/int8@1", "holds integers"],
    [Number.NaN, "NaN", "pg/int8number@1", "holds integers"],
    [7.5, "a fraction", "sqlite/bigintnumber@1", "holds integers"],
    [true, "a boolean", "sqlite/integer@1", "holds integers"],
    [Number.POSITIVE_INFINITY, "Infinity", "sqlite/real@1", "holds numbers"],
    [7, "a number", "sqlite/text@1", "holds text"],
    [1, "a number", "pg/bool@1", "holds booleans"],
    [new Date(Number.NaN), "an invalid Date", "sqlite/datetime@1", "holds dates"],
    ["2030-01-01", "a string", "pg/timestamptz-date@1", "holds dates"],
    ["text", "a string", "pg/bytea@1", "holds bytes"],
    [new Map(), "an object", "pg/jsonb@1", "holds JSON"],
    ["text", "a string", "pg/text@1[]", "is a list that holds text"],
    [[7], "an array", "pg/text@1[]", "is a list that holds text"],
    [Number.NaN, "NaN", "pg/numeric@1", "does not hold"],
  ])("that gets a value of another type is a ConfigError: %s", async (own, what, codec, holds) => {
    const model = fakeModel({ codecs: { ...CODECS, own: codec } });
    const refused = configError(
      new RegExp(`Cannot write the column \`own\` .* returned ${what} for it and it ${holds}`),
    );
    await expect(prisma8Store(model).insert({ ...ROW, columns: { own } })).rejects.toEqual(refused);
  });

  it.each<[value: unknown, codec: string]>([
    [7, "pg/int4@1"],
    [7n, "sqlite/bigint@1"],
    [7.5, "sqlite/real@1"],
    [true, "pg/bool@1"],
    ["text", "pg/varchar@1"],
    ["1.50", "pg/numeric@1"],
    [new Date(7), "sqlite/datetime@1"],
    ["2030-01-01", "pg/date-string@1"],
    [new Uint8Array(1), "sqlite/blob@1"],
    [{ name: "phone" }, "sqlite/json@1"],
    [["a"], "pg/json@1"],
    [["a", null], "pg/text@1[]"],
    ["text", "of/an-extension@1"],
    [null, "pg/int4@1"],
  ])("may hold a value of its type: %s", async (own, codec) => {
    const store = prisma8Store(fakeModel({ codecs: { ...CODECS, own: codec } }));
    expect(await store.insert({ ...ROW, columns: { own } })).toBe(true);
  });

  it("that is undefined stays as it is", async () => {
    const store = prisma8Store(fakeModel());
    await store.insert({ ...ROW, columns: { userId: 7, address: undefined } });
    await store.update("a", guard, { expireDate: EXPIRY, columns: { userId: undefined, address: "::1" } });
    expect(await store.findMatching({ userId: 7, address: "::1" })).toHaveLength(1);
  });
});

it("In a transaction every error is fatal, since it ends the transaction", () => {
  const deadlock = Object.assign(new Error(), { kind: "sql_query", sqlState: "40P01" });
  expect(prisma8Store(fakeModel()).classifyError(deadlock)).toBe("retryable");
  const store = prisma8Store(fakeModel({ isInTransaction: true }));
  for (const error of [deadlock, new Error("connection lost")]) expect(store.classifyError(error)).toBe("fatal");
});
