// Clients with settings that change what Prisma takes or gives.
import { createSessions, prismaStore } from "prisma-db-session";
import { storeConformanceTests } from "prisma-db-session/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PrismaClient as OwnedClient } from "../../../generated/owned-sqlite/client.ts";
import { PrismaClient as StrictClient } from "../../../generated/strict/client.ts";
import { adapters } from "../../databases/adapters.ts";
import { sqliteWith } from "../../databases/sqlite.ts";
import { ownedTable } from "../../databases/table.ts";
import type { OwnedTestClient, TestDatabase } from "../../databases/types.ts";
import { SECRET, testClock } from "../../support.ts";

const all = { key: true, data: true, expireDate: true, userId: true } as const;
type Adapter = ReturnType<(typeof adapters)["sqlite"]>;

const clients = [
  { what: "strictUndefinedChecks", open: (adapter: Adapter) => new StrictClient({ adapter }) },
  {
    what: "strictUndefinedChecks and a global omit",
    open: (adapter: Adapter) => new StrictClient({ adapter, omit: { session: all } }),
  },
  ...(["key", "data", "expireDate"] as const).map((column) => ({
    what: `a global omit of ${column}`,
    open: (adapter: Adapter) => new OwnedClient({ adapter, omit: { session: { [column]: true } } }),
  })),
  {
    what: "a global omit of all columns",
    open: (adapter: Adapter) => new OwnedClient({ adapter, omit: { session: all } }),
  },
];

describe.each(clients)("a client with $what", ({ open }) => {
  let db: TestDatabase<OwnedTestClient>;
  let client: ReturnType<typeof open>;
  beforeAll(async () => {
    db = await sqliteWith(ownedTable).create();
    client = open(adapters.sqlite(db.url));
  });
  beforeEach(() => db.prisma.session.deleteMany());
  afterAll(async () => {
    await client.$disconnect();
    await db.drop();
  });

  const ownColumns = [
    { userId: 1, address: "192.0.2.1" },
    { userId: 2, address: null },
  ] as const;
  const openStore = () => prismaStore(client.session);
  for (const { name, run } of storeConformanceTests(openStore, { ownColumns })) it(`passes: ${name}`, run);

  function shop(max = 10) {
    const clock = testClock();
    const sessions = createSessions<{ userId: number; cart: string[] }>({
      model: client.session,
      secret: SECRET,
      now: clock.now,
      refreshAfter: 60,
      columns: ({ userId }) => ({ userId }),
      maxPerOwner: { column: "userId", max },
    });
    const signIn = async (userId: number) => {
      const session = sessions.open();
      await session.markAuthenticated({ userId });
      clock.advance(1);
      return session;
    };
    return { sessions, signIn, clock };
  }

  it("creates, loads, saves, merges, rotates, refreshes and deletes", async () => {
    const { sessions, clock } = shop();
    const session = sessions.open();
    await session.create();
    expect(await session.exists(session.sessionKey ?? "")).toBe(true);
    const other = await sessions.load(session.sessionKey);
    session.set("userId", 7);
    await session.save();
    other.set("cart", ["tea"]);
    await other.save();
    expect(other.toJSON()).toEqual({ userId: 7, cart: ["tea"] });
    await other.save();
    await other.cycleKey();
    clock.advance(60);
    expect(await other.refresh()).toBe(true);
    expect((await sessions.load(other.sessionKey)).toJSON()).toEqual({ userId: 7, cart: ["tea"] });
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
    const cleared = sessions.open(other.sessionKey);
    cleared.clear();
    await cleared.save();
    await cleared.flush();
    expect(await db.prisma.session.count()).toBe(0);
  });

  it("lists, and revokes all but one, one by its keyHash, and all", async () => {
    const { sessions, signIn } = shop();
    const [here, there, elsewhere] = [await signIn(1), await signIn(1), await signIn(1)];
    await signIn(2);
    const hashes = async () => (await sessions.list({ userId: 1 })).map(({ keyHash }) => keyHash);
    expect(await hashes()).toEqual([elsewhere, there, here].map(({ keyHash }) => keyHash));
    expect((await sessions.list({ userId: 2 }))[0]).toMatchObject({ userId: 2, expireDate: expect.any(Date) });
    expect(await sessions.revoke({ userId: 1 }, { keyHash: there.keyHash ?? "" })).toBe(1);
    expect(await hashes()).toEqual([elsewhere, here].map(({ keyHash }) => keyHash));
    expect(await sessions.revoke({ userId: 1 }, { except: here })).toBe(1);
    expect(await hashes()).toEqual([here.keyHash]);
    expect(await sessions.revoke({})).toBe(2);
  });

  it("limits the sessions of an owner", async () => {
    const { sessions, signIn } = shop(1);
    await signIn(1);
    await signIn(1);
    const { keyHash } = await signIn(1);
    expect((await sessions.list({ userId: 1 })).map((listed) => listed.keyHash)).toEqual([keyHash]);
  });

  it("clears expired rows and no other", async () => {
    const { sessions, signIn, clock } = shop();
    for (let n = 0; n < 3; n++) await signIn(n);
    clock.advance(1_209_600 - 3);
    const { keyHash } = await signIn(9);
    clock.advance(1);
    expect(await sessions.clearExpired({ batchSize: 2 })).toBe(3);
    expect((await sessions.list({})).map((listed) => listed.keyHash)).toEqual([keyHash]);
  });
});

// Otherwise the tests above show nothing.
describe("these settings", () => {
  it("are in force: Prisma refuses an undefined, and gives no omitted column", async () => {
    const db = await sqliteWith(ownedTable).create();
    const adapter = adapters.sqlite(db.url);
    const strict = new StrictClient({ adapter, omit: { session: all } });
    const undefinedKey = strict.session.deleteMany({ where: { key: undefined as never } });
    await expect(undefinedKey).rejects.toThrow("explicitly `undefined` values are not allowed");
    await strict.session.createMany({ data: { key: "a", data: "b", expireDate: new Date() } });
    expect(Object.keys((await strict.session.findFirst()) ?? {})).toEqual(["address", "userAgent", "createdAt"]);
    await strict.$disconnect();
    await db.drop();
  });
});
