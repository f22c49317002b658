import { prismaStore } from "prisma-db-session";
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

  it("is named where Prisma 7's model is wanted", () => {
    for (const wrong of [fakeModel(), { orm: {} }]) {
      const message = /^`model` must be a model of Prisma 7 or 6, but this is one of Prisma 8\. .*prisma8Store/;
      expect(() => prismaStore(wrong as never)).toThrow(configError(message));
    }
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
  ])("that is more than values of columns is a TypeError: %s", async (name, condition) => {
    const store = prisma8Store(fakeModel());
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
    const refused = configError(/because `columns` returned a string for it and it holds numbers/);
    await expect(store.insert({ ...ROW, columns: { userId: "7" } })).rejects.toEqual(refused);
    expect(await store.insert({ ...ROW, columns: { userId: 7, address: null } })).toBe(true);
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
