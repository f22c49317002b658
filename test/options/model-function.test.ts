import { createSessions, memoryStore, type SessionsOptions } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { SECRET } from "../support.ts";

describe.each(["model", "store"] as const)("%s as a function", (name) => {
  /**
   * Functions that look like a Prisma model, on the memory store. `checks` is the number of times
   * that the package checked a model.
   */
  function source() {
    const table = memoryStore();
    let checks = 0;
    const statements = {
      findUnique: ({ where }: { where: { key: string } }) => table.find(where.key),
      createMany: async ({ data }: { data: Parameters<typeof table.insert>[0] }) => ({
        count: Number(await table.insert(data)),
      }),
      findMany: async () => [],
      updateMany: async () => ({ count: 1 }),
      deleteMany: async () => ({ count: 0 }),
    };
    const fields = { key: "String", data: "String", expireDate: "DateTime" };
    const model = {
      ...statements,
      get fields() {
        checks++;
        return Object.fromEntries(Object.entries(fields).map(([column, typeName]) => [column, { typeName }]));
      },
    };
    let calls = 0;
    const given = () => {
      calls++;
      return name === "model" ? model : table;
    };
    const options = { [name]: given, secret: SECRET } as unknown as SessionsOptions;
    const { open, load, list, revoke, clearExpired, check } = createSessions(options);
    const called = async (work: () => unknown) => {
      calls = 0;
      await work();
      return calls;
    };
    return { open, load, list, revoke, clearExpired, check, called, checks: () => checks };
  }

  it("is called once for each session object, and once for each list, revoke, clearExpired and check", async () => {
    const { open, load, list, revoke, clearExpired, check, called } = source();
    expect(await called(() => {}), "not before it is needed").toBe(0);
    let session = open();
    expect(await called(() => (session = open()))).toBe(1);
    expect(await called(() => session.save())).toBe(0);
    expect(await called(() => session.cycleKey())).toBe(0);
    expect(await called(() => load(session.sessionKey))).toBe(1);
    expect(await called(() => list({}))).toBe(1);
    expect(await called(() => revoke({}))).toBe(1);
    expect(await called(() => clearExpired())).toBe(1);
    expect(await called(() => check())).toBe(1);
  });

  it("checks each returned model once", async () => {
    const { open, checks } = source();
    open();
    const before = checks();
    for (let i = 0; i < 10; i++) await open().save();
    expect(checks()).toBe(before);
  });

  it.each<[string, () => unknown, string]>([
    ["nothing", () => undefined, "returned nothing. It must be synchronous"],
    ["null", () => null, "returned nothing. It must be synchronous"],
    ["a promise", async () => memoryStore(), "returned a promise. It must be synchronous"],
    ["a text", () => "session", "returned a string. It must be synchronous"],
    ["an object of another kind", () => ({}), "find"],
  ])("that returns %s throws a clear ConfigError at the first use", async (_, given, message) => {
    const sessions = createSessions({ [name]: given, secret: SECRET } as unknown as SessionsOptions);
    const error = { code: "SESSION_CONFIG", message: expect.stringContaining(message) };
    expect(() => sessions.open()).toThrow(expect.objectContaining(error));
    const calls = [sessions.load(), sessions.clearExpired(), sessions.list({}), sessions.revoke({}), sessions.check()];
    for (const work of calls) {
      await expect(work).rejects.toMatchObject(error);
    }
  });
});
