import { memoryStore, prismaStore, type SessionStore } from "prisma-db-session";
import { storeConformanceTests } from "prisma-db-session/testing";
import { describe, expect, it } from "vitest";
import { describeEachDatabase, describeEachOwnedDatabase } from "../databases/index.ts";
import { describeEachStore, type OwnStore } from "../stores.ts";
import { refusingUndefined } from "./refusing-undefined.ts";

describeEachStore("SessionStore", (stores) => {
  for (const { name, run } of storeConformanceTests(() => stores().store, { needsMatching: true })) it(name, run);
});

const ownColumns = [
  { userId: 1, address: "192.0.2.1" },
  { userId: 2, address: null },
] as const;

describe("SessionStore with columns of the user's own in memory", () => {
  for (const { name, run } of storeConformanceTests(memoryStore, { ownColumns })) it(name, run);
});

describeEachOwnedDatabase("SessionStore with columns of the user's own", (db, { prisma, provider }) => {
  const openStore = () => {
    const { session } = db().prisma;
    // What `strictUndefinedChecks` refuses is the same on every database.
    return prisma === 7 && provider === "sqlite" ? prismaStore(refusingUndefined(session)) : db().store();
  };
  for (const { name, run } of storeConformanceTests(openStore, { ownColumns })) it(name, run);
});

describeEachDatabase("Each verb of the store", (db) => {
  const [liveAt, expireDate] = [new Date("2030-01-01"), new Date("2030-01-02")];
  const row = { key: "a", data: "v1.text", expireDate };

  it.each<[verb: string, statement: string, run: (store: OwnStore) => unknown]>([
    ["find", "SELECT", (store) => store.find("a")],
    ["insert", "INSERT", (store) => store.insert({ ...row, key: "b" })],
    ["update", "UPDATE", (store) => store.update("a", { liveAt, data: row.data }, { data: "v1.new", expireDate })],
    [
      "update",
      "UPDATE",
      (store) => store.update("a", { liveAt, data: { startsWith: "v1" } }, { key: "b", expireDate }),
    ],
    ["delete", "DELETE", (store) => store.delete("a")],
    ["findExpired", "SELECT", (store) => store.findExpired(expireDate, 10)],
    ["findExpired with `skip`", "SELECT", (store) => store.findExpired(expireDate, 1, { from: liveAt, skip: 10 })],
    ["deleteExpired", "DELETE", (store) => store.deleteExpired({ keys: ["a", "b"] }, expireDate)],
    [
      "deleteExpired of an interval",
      "DELETE",
      (store) => store.deleteExpired({ from: liveAt, before: expireDate }, expireDate),
    ],
    ["findMatching", "SELECT", (store) => store.findMatching({}, { liveAt, exceptKey: "b", limit: 7 })],
    ["deleteMatching", "DELETE", (store) => store.deleteMatching({}, { exceptKeys: ["b"] })],
  ])("%s is one %s", async (_, statement, run) => {
    const store = db().store();
    await store.insert(row);
    db().queries.length = 0;
    await run(store);
    expect(db().queries).toEqual([expect.stringMatching(new RegExp(`^${statement} `))]);
  });
});

describeEachDatabase("The interval of deleteExpired", (db) => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

  it.each([
    ["ends before the later of two instants", 3, 5, ["b", "c"]],
    ["never contains a live row", 9, 4, ["b", "c", "d"]],
  ])("%s", async (_, before, now, deleted) => {
    const store = db().store();
    const minutes = { a: 1, b: 2, c: 2.5, d: 4, e: 5 };
    for (const [key, minute] of Object.entries(minutes)) {
      await store.insert({ key, data: "v1.data", expireDate: at(minute) });
    }
    expect(await store.deleteExpired({ from: at(2), before: at(before) }, at(now))).toBe(deleted.length);
    expect((await store.findExpired(at(60), 9)).map(({ key }) => key)).toEqual(
      Object.keys(minutes).filter((key) => !deleted.includes(key)),
    );
  });

  it("has one upper bound in SQL: of two, SQLite would use one, and read all expired rows", async () => {
    const store = db().store();
    db().queries.length = 0;
    await store.deleteExpired({ before: at(1) }, at(9));
    expect(db().queries).toEqual([expect.stringMatching(/^DELETE [^<]*<[^<]*$/)]);
  });
});

describeEachDatabase("An error in a transaction of the user's own", (db) => {
  it("is fatal, since it ends the transaction", async () => {
    const error = new Error("connection lost");
    const classify = (store: SessionStore) => store.classifyError?.(error);
    expect(classify(db().store())).toBe("unknown");
    expect(await db().inTransaction(async (store) => classify(store))).toBe("fatal");
  });
});

describe("A column that is undefined", () => {
  const row = { key: "a", data: "v1.text", expireDate: new Date("2030-01-02") };
  const guard = { liveAt: new Date("2030-01-01"), data: row.data };

  async function staysAsItIs(store: ReturnType<typeof memoryStore>) {
    await store.insert({ ...row, columns: { userId: 7, address: undefined } });
    await store.update("a", guard, { expireDate: row.expireDate, columns: { userId: undefined, address: "::1" } });
    expect(await store.findMatching({ userId: 7, address: "::1" })).toHaveLength(1);
  }

  it("stays as it is in memory", () => staysAsItIs(memoryStore()));

  describeEachOwnedDatabase("stays as it is", (db, { prisma }) => {
    it(`with Prisma ${prisma}`, () =>
      staysAsItIs(prisma === 7 ? prismaStore(refusingUndefined(db().prisma.session)) : db().store()));
  });
});

describe("The suite for a store without findMatching() and deleteMatching()", () => {
  const openStore = (): SessionStore => {
    const { findMatching, deleteMatching, ...store } = memoryStore();
    return store;
  };
  const failed = async (options: Parameters<typeof storeConformanceTests>[1]) => {
    const outcomes = await Promise.allSettled(storeConformanceTests(openStore, options).map(({ run }) => run()));
    return outcomes.filter(({ status }) => status === "rejected").length;
  };

  it("passes, unless the verbs are required", async () => {
    expect(await failed({})).toBe(0);
    expect(await failed({ needsMatching: true })).toBeGreaterThan(5);
    expect(await failed({ ownColumns })).toBeGreaterThan(5);
  });
});
