import { prismaStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachPrisma7Database, describeEachPrisma7OwnedDatabase } from "../../databases/index.ts";

const [LIVE_AT, LATER] = [new Date("2030-01-01"), new Date("2030-01-02")];
const row = { key: "a", data: "v1.text", expireDate: LATER };
const guard = { liveAt: LIVE_AT, data: row.data };
const mysqlQuotes = (provider: string, name: string) => (provider === "mysql" ? `\`${name}\`` : name);

describeEachPrisma7OwnedDatabase("A unique column of the user's own", (db, { provider }) => {
  it("that has the value already does not count as a taken key", async () => {
    const { prisma } = db();
    const length = provider === "mysql" ? "(100)" : "";
    await prisma.$executeRawUnsafe(`CREATE UNIQUE INDEX one_address ON session (address${length})`);
    const store = prismaStore(prisma.session);
    const columns = { address: "192.0.2.1" };
    expect(await store.insert({ ...row, columns })).toBe(true);
    expect(await store.insert({ ...row, key: "b" })).toBe(true);

    const unique = expect.objectContaining({ code: "P2002" });
    await expect(store.insert({ ...row, key: "c", columns })).rejects.toEqual(unique);
    await expect(store.update("b", guard, { expireDate: LATER, columns })).rejects.toEqual(unique);
    await expect(store.update("b", guard, { key: "c", expireDate: LATER, columns })).rejects.toEqual(unique);
    await expect(store.update("b", guard, { key: "b", expireDate: LATER, columns })).rejects.toEqual(unique);
    expect(await store.insert({ ...row, columns })).toBe(false);
    expect(await store.update("b", guard, { key: "a", expireDate: LATER, columns: { address: "::1" } })).toBe("taken");
    expect(await store.findMatching({})).toHaveLength(2);
  });
});

describeEachPrisma7OwnedDatabase("A missing column", (db, { provider }) => {
  it("is a ConfigError that says which command to run", async () => {
    const { prisma } = db();
    if (provider === "sqlite") await prisma.$executeRawUnsafe("DROP INDEX session_user_id_idx");
    await prisma.$executeRawUnsafe("ALTER TABLE session DROP COLUMN user_id");
    const store = prismaStore(prisma.session);
    const lacks = expect.objectContaining({
      code: "SESSION_CONFIG",
      message: expect.stringMatching(/lacks a column .*user_id.*`npx prisma migrate dev`.*`npx prisma migrate deploy`/),
      cause: expect.any(Error),
    });
    const columns = { userId: 7 };
    await expect(store.insert({ ...row, columns })).rejects.toEqual(lacks);
    await expect(store.update("a", guard, { expireDate: LATER, columns })).rejects.toEqual(lacks);
    await expect(store.findMatching({})).rejects.toEqual(lacks);
    await expect(store.deleteMatching(columns, { keys: ["a"] })).rejects.toEqual(lacks);
    expect(store.classifyError(await store.insert({ ...row, columns }).catch((error: unknown) => error))).toBe(
      "rejected",
    );
  });
});

describeEachPrisma7Database("A missing table", (db, { provider }) => {
  it("is a ConfigError from every verb", async () => {
    const { prisma } = db();
    const table = mysqlQuotes(provider, "session");
    await prisma.$executeRawUnsafe(`ALTER TABLE ${table} RENAME TO not_migrated`);
    const store = prismaStore(prisma.session);
    const verbs = [
      () => store.find("a"),
      () => store.insert(row),
      () => store.update("a", guard, { expireDate: LATER }),
      () => store.update("a", guard, { key: "b", expireDate: LATER }),
      () => store.delete("a"),
      () => store.findExpired(LATER, 10),
      () => store.deleteExpired({ keys: ["a"] }, LATER),
      () => store.findMatching({}),
      () => store.deleteMatching({}, { keys: ["a"] }),
    ];
    for (const run of verbs) {
      const error = await run().then(String, (error: unknown) => error);
      expect(error).toMatchObject({ code: "SESSION_CONFIG" });
      expect((error as Error).message).toMatch(/does not have it \(.*session.*\)\. Run `npx prisma migrate dev`/);
      expect(store.classifyError(error)).toBe("rejected");
    }
    await prisma.$executeRawUnsafe(`ALTER TABLE not_migrated RENAME TO ${table}`);
  });
});

describe("A model that is not one", () => {
  const methods = { findUnique() {}, findMany() {}, createMany() {}, updateMany() {}, deleteMany() {} };
  const fields = { key: { typeName: "String" }, data: { typeName: "String" }, expireDate: { typeName: "DateTime" } };

  it.each<[what: string, model: unknown, message: RegExp]>([
    ["is undefined", undefined, /^`model` must be a Prisma model, but it has no findUnique, findMany/],
    ["lacks a method", { ...methods, updateMany: undefined }, /but it has no updateMany\. Add the model/],
    [
      "lacks a column",
      { ...methods, fields: { ...fields, data: undefined } },
      /`data String`, but it is missing\. Copy/,
    ],
    [
      "has a column of another type",
      { ...methods, fields: { ...fields, data: { typeName: "Int" } } },
      /`data String`, but its type is Int\. Copy/,
    ],
  ])("because it %s is a ConfigError", (_, model, message) => {
    expect(() => prismaStore(model as never)).toThrow(
      expect.objectContaining({ code: "SESSION_CONFIG", message: expect.stringMatching(message) }),
    );
  });

  it("fits if it has the methods and does not describe its fields", () => {
    expect(() => prismaStore(methods as never)).not.toThrow();
  });
});

describe("A column that gets an object", () => {
  const types = { key: "String", data: "String", expireDate: "DateTime", userId: "Int", device: "Json" };
  const fields = Object.fromEntries(Object.entries(types).map(([name, typeName]) => [name, { typeName }]));
  const written: unknown[] = [];
  const count = async ({ data }: { data: unknown }) => written.push(data) && { count: 1 };
  const other = async () => [];
  const store = prismaStore({
    fields,
    findUnique: other,
    findMany: other,
    createMany: count,
    updateMany: count,
    deleteMany: count,
  } as never);
  const refused = expect.objectContaining({
    code: "SESSION_CONFIG",
    message: expect.stringMatching(/^Cannot write the column `userId` because `columns` returned an object/),
  });

  it.each([{ set: 8 }, { increment: 1 }, {}, new Map(), { toFixed: 1, d: 1 }])("%o is refused", async (userId) => {
    written.length = 0;
    const columns = { userId };
    await expect(store.insert({ ...row, columns })).rejects.toEqual(refused);
    await expect(store.update("a", guard, { expireDate: LATER, columns })).rejects.toEqual(refused);
    await expect(store.update("a", guard, { key: "b", expireDate: LATER, columns })).rejects.toEqual(refused);
    expect(written).toEqual([]);
  });

  it("is written if it holds JSON, or if the object is a value of Prisma's", async () => {
    written.length = 0;
    for (const columns of [{ device: { set: 8 } }, { userId: new Date(0) }, { userId: Buffer.from("a") }]) {
      expect(await store.insert({ ...row, columns })).toBe(true);
      expect(written.pop()).toEqual({ ...row, ...columns });
    }
  });
});
