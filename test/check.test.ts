// What `check()` says of options, of a table and of a database, before the first visitor comes.
import { PrismaPg } from "@prisma/adapter-pg";
import { ConfigError, createSessions, memoryStore, type SessionStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { createWebSessions } from "prisma-db-session/web";
import { describe, expect, it } from "vitest";
import { PrismaClient } from "../generated/postgresql/client.ts";
import { describeEachOwnedDatabase } from "./databases/index.ts";
import { notingStore } from "./noting-store.ts";
import { SECRET } from "./support.ts";

const FACTORIES = { createSessions, createNextSessions, createWebSessions };

describe.each(Object.entries(FACTORIES))("check() of %s", (_, create) => {
  it("resolves after one reading", async () => {
    const { store, calls } = notingStore();
    expect(await create({ store, secret: SECRET }).check()).toBeUndefined();
    expect(calls).toEqual(["findMatching"]);
  });

  it("reads a store that has only the required verbs, too", async () => {
    const { findMatching, deleteMatching, ...verbs } = memoryStore();
    const asked: string[] = [];
    const store: SessionStore = {
      ...verbs,
      find(key) {
        asked.push(key);
        return verbs.find(key);
      },
    };
    await create({ store, secret: SECRET }).check();
    expect(asked).toEqual([expect.stringMatching(/^sha256\.[0-9a-f]{64}$/)]);
  });

  it("rejects with the store's own error", async () => {
    const error = new Error("The database is asleep.");
    const store = { ...memoryStore(), findMatching: () => Promise.reject(error) };
    await expect(create({ store, secret: SECRET }).check()).rejects.toBe(error);
  });
});

describe("check() of createNextSessions", () => {
  const model = undefined;
  it.each([
    ["a missing secret", { store: memoryStore(), secret: undefined }, /^`secret` is missing\. Make one with/],
    ["a misspelt option", { store: memoryStore(), secret: SECRET, maxage: 60 }, /Did you mean `maxAge`\?/],
    ["a missing model", { model, secret: SECRET }, /^`model` is missing\./],
    [
      "a wrong path",
      { store: memoryStore(), secret: SECRET, onInterrupted: "//evil.example" },
      /^`onInterrupted` must/,
    ],
    [
      "an impossible cookie",
      { store: memoryStore(), secret: SECRET, cookie: { path: "app" } },
      /^The option `cookie` is invalid/,
    ],
  ])("rejects with a ConfigError for %s, which the call itself does not throw", async (_, options, message) => {
    const { check } = createNextSessions(options);
    const error: unknown = await check().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });
});

describeEachOwnedDatabase("check()", (db) => {
  it("is one SELECT that names every column of the model, and reads no row of anyone", async () => {
    const store = db().store();
    const session = createSessions({ store, secret: SECRET }).open();
    session.setExpiry(new Date("9000-01-01T00:00:00Z"));
    await session.save();
    db().queries.length = 0;
    const found: unknown[] = [];
    const watched: SessionStore = {
      ...store,
      async findMatching(...args) {
        const rows = await store.findMatching(...args);
        found.push(...rows);
        return rows;
      },
    };
    await createSessions({ store: watched, secret: SECRET }).check();
    expect(db().queries).toHaveLength(1);
    const [query = ""] = db().queries;
    for (const column of ["key", "data", "expire_date", "user_id", "address", "user_agent", "created_at"]) {
      expect(query.split(" FROM ")[0]).toMatch(new RegExp(`\\b${column}\\b`));
    }
    expect(found).toEqual([]);
  });
});

it("check() rejects with the database's own error if the database cannot be reached", async () => {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: "postgresql://127.0.0.1:1/none" }) });
  const sessions = createSessions({ model: prisma.session, secret: SECRET });
  const error: unknown = await sessions.check().catch((error: unknown) => error);
  expect(error).not.toBeInstanceOf(ConfigError);
  expect(error).toMatchObject({ name: expect.stringMatching(/^PrismaClient/) });
  await prisma.$disconnect();
});
