import { inspect } from "node:util";
import { skip } from "@prisma/client/runtime/client";
import { createSessions, memoryStore, NIST_AAL2, type SessionEvent } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import type { OwnedTestClient } from "../databases/types.ts";
import { memorySessions, SECRET, type ShopData, storedKey, testClock } from "../support.ts";

type Model = OwnedTestClient["session"];

describeEachOwnedDatabase("whose sessions", (db, database) => {
  function shop(max?: number) {
    const clock = testClock();
    const events: SessionEvent[] = [];
    const sessions = createSessions<ShopData, Model>({
      store: db().store(),
      secret: SECRET,
      now: clock.now,
      onEvent: (event) => events.push(event),
      columns: (data) => ({ userId: data.userId ?? null, address: null, userAgent: null }),
      ...(max !== undefined && { maxPerOwner: { column: "userId" as const, max } }),
    });
    const signIn = async (userId: number) => {
      const session = sessions.open();
      session.set("userId", userId);
      await session.markAuthenticated();
      clock.advance(1);
      return session;
    };
    return { sessions, events, signIn, clock };
  }

  it("lists an owner's, without key and data", async () => {
    const { sessions, signIn } = shop();
    const [first, second] = [await signIn(1), await signIn(1)];
    await signIn(2);
    const listed = await sessions.list({ userId: 1 });
    expect(listed.map(({ keyHash }) => keyHash)).toEqual([second.keyHash, first.keyHash]);
    expect(listed[0]).toMatchObject({ userId: 1, createdAt: expect.any(Date) });
    expect(listed[0]).not.toHaveProperty("key");
    expect(listed[0]).not.toHaveProperty("data");
  });

  it("ends all but one, or one, and none comes back", async () => {
    const { sessions, events, signIn } = shop();
    const [here, there, other] = [await signIn(1), await signIn(1), await signIn(2)];
    expect(await sessions.revoke({ userId: 1 }, { except: here })).toBe(1);
    expect(events.at(-1)).toMatchObject({ type: "revoked", by: "revoke", keyHash: there.keyHash });
    there.set("note", 1);
    await expect(there.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await sessions.revoke({ userId: 1 }, { keyHash: other.keyHash ?? "" })).toBe(0);
    expect(await sessions.revoke({ userId: 2 }, { keyHash: other.keyHash ?? "" })).toBe(1);
    expect(await sessions.list({})).toHaveLength(1);
  });

  it("takes no undefined owner for everybody", async () => {
    const { sessions, signIn } = shop();
    await signIn(1);
    await expect(sessions.revoke({ userId: undefined as never })).rejects.toThrow(TypeError);
    await expect(sessions.list({ OR: [{ userId: undefined as never }] })).rejects.toThrow("OR.0.userId");
    const everybody: object[] = [
      { userId: {} },
      { userId: Number.NaN },
      { userId: { not: Number.POSITIVE_INFINITY } },
      { userId: skip },
      { NOT: {} },
      { OR: [{}] },
      { AND: [] },
      { OR: [] },
      { NOT: { OR: [] } },
      { userId: Promise.resolve(1) },
      { userId: new Set([1]) },
      { userId: new Error("no such user") },
      { userId: /1/ },
      new Map([["userId", 1]]),
      [{ userId: 1 }],
      new Date(),
    ];
    for (const condition of everybody) await expect(sessions.revoke(condition as never)).rejects.toThrow(TypeError);
    expect(await sessions.list({})).toHaveLength(1);
    const operators = sessions.list({ createdAt: { gt: new Date(0) }, userId: { in: [] } });
    // With Prisma 8, an object in a condition is a value, never an operator.
    if (database.prisma === 7) expect(await operators).toEqual([]);
    else await expect(operators).rejects.toThrow(TypeError);
  });

  it.each([
    ["except that is no key", { except: "no key" }],
    ["except without a value", { except: undefined }],
    ["except that is no session", { except: {} }],
    ["option that is none", null],
    ["keyHash without a value", { keyHash: undefined }],
    ["keyHash of a session that has none", { keyHash: null }],
    ["session in the place of the options", createSessions({ store: memoryStore(), secret: SECRET }).open()],
  ])("ends nobody for an %s", async (_, options) => {
    const { sessions, signIn } = shop();
    await signIn(1);
    await expect(sessions.revoke({ userId: 1 }, options as never)).rejects.toThrow(TypeError);
    expect(await sessions.list({})).toHaveLength(1);
  });

  it("shows no key where Prisma refuses a condition", async () => {
    const { signIn } = shop();
    const session = await signIn(1);
    const { revoke, list } = createSessions({ store: db().store(), secret: SECRET, hashKeys: false });
    const wrong = { userID: 1 } as never;
    for (const refused of [revoke(wrong, { except: session }), list(wrong)]) {
      const error = await refused.catch((error: unknown) => error);
      expect(error).toMatchObject({ code: "SESSION_CONFIG", message: expect.stringContaining("userID") });
      expect(inspect(error)).not.toContain(session.sessionKey);
    }
    expect(await list({})).toHaveLength(1);
  });

  it.each([
    { set: 8 },
    { increment: 1 },
    { set: 8, typeName: "Int" },
    { increment: 1, toFixed: 1, d: [1] },
    { set: 8, _getNamespace: 1 },
  ])("carries out nothing that a session says for a column: %j", async (hostile) => {
    const { sessions, signIn } = shop();
    const session = await signIn(1);
    session.set("userId", hostile as never);
    await expect(session.save()).rejects.toMatchObject({
      code: "SESSION_CONFIG",
      message: expect.stringContaining("userId"),
    });
    expect(await sessions.list({ userId: 1 })).toHaveLength(1);
  });

  it.each(["CANARY", Number.NaN, new Date()])(
    "shows nothing of the session where Prisma refuses a column: %s",
    async (wrong) => {
      const { sessions, signIn } = shop();
      const session = await signIn(1);
      session.set("note", "CANARY");
      session.set("userId", wrong as never);
      const error = await session.save().catch((error: unknown) => error);
      expect(error).toMatchObject({ code: /^SESSION_(CONFIG|SERIALIZATION)$/ });
      expect(inspect(error)).not.toContain("CANARY");
      expect(inspect(error)).not.toContain(storedKey(session.sessionKey));
      expect(await sessions.list({ userId: 1 })).toHaveLength(1);
    },
  );

  it("tries no other key where what is taken is a value of a column of the user's own", async () => {
    const { prisma } = db();
    await prisma.$executeRawUnsafe("CREATE UNIQUE INDEX one_address ON session (address)");
    const isTaken = database.prisma === 7 ? { code: "P2002" } : { sqlState: "23505" };
    let drawn = 0;
    const sessions = createSessions<{ address?: string }, Model>({
      randomKey: () => `${++drawn}`.padStart(32, "0"),
      store: db().store(),
      secret: SECRET,
      columns: (data) => ({ userId: null, address: data.address ?? null, userAgent: null }),
    });
    const [first, second] = [sessions.open(), sessions.open()];
    first.set("address", "here");
    await first.save();
    await second.create();
    expect(drawn).toBe(2);
    second.set("address", "here");
    await expect(second.create()).rejects.toMatchObject(isTaken);
    await expect(second.save()).rejects.toMatchObject(isTaken);
    await expect(second.cycleKey()).rejects.toMatchObject(isTaken);
    expect(drawn).toBe(4);
    second.set("address", "there");
    await second.cycleKey();
    expect((await sessions.load(second.sessionKey)).get("address")).toBe("there");
  });

  it("ends the oldest of an owner who has too many", async () => {
    const { sessions, events, signIn } = shop(2);
    const oldest = await signIn(1);
    const kept = await signIn(1);
    const last = await signIn(1);
    const listed = await sessions.list({ userId: 1 });
    expect(listed.map(({ keyHash }) => keyHash)).toEqual([last.keyHash, kept.keyHash]);
    expect(events).toContainEqual({ type: "revoked", by: "maxPerOwner", keyHash: oldest.keyHash });
  });

  it("ends the session that was created or authenticated longest ago, whatever was saved since", async () => {
    const { sessions, signIn, clock } = shop(2);
    const [first, second] = [await signIn(1), await signIn(1)];
    // A save and a renewed expiry do not make a session newer. Proving the password again does.
    second.setExpiry(86_400);
    await second.save();
    clock.advance(1);
    await first.markAuthenticated();
    clock.advance(1);
    const third = await signIn(1);
    const left = (await sessions.list({ userId: 1 })).map(({ keyHash }) => keyHash);
    expect(left.sort()).toEqual([first.keyHash, third.keyHash].sort());
    await expect(second.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });

  it.each([1, 2])("leaves %i of an owner who signs in many times at the same instant", async (max) => {
    const { sessions } = shop(max);
    const signIn = async () => {
      const session = sessions.open();
      session.set("userId", 1);
      await session.markAuthenticated();
    };
    await Promise.all(Array.from({ length: 5 }, signIn));
    expect(await sessions.list({ userId: 1 })).toHaveLength(max);
  });

  it("takes no number that is none for an owner, which would be everybody who is not signed in", async () => {
    const columns = () => ({ userId: null, address: null, userAgent: null });
    const visitors = createSessions<ShopData>({ store: db().store(), secret: SECRET, columns });
    for (let i = 0; i < 3; i++) await visitors.open().save();
    const { open } = createSessions<ShopData, Model>({
      store: db().store(),
      secret: SECRET,
      columns: ({ note }) => ({ ...columns(), userId: Number(note) }),
      maxPerOwner: { column: "userId", max: 1 },
    });
    const session = open();
    session.set("note", "no number");
    await expect(session.markAuthenticated()).rejects.toMatchObject({ code: "SESSION_CONFIG" });
    expect(await visitors.list({})).toHaveLength(3);
  });

  it("counts an owner that lies inside a value, and changes there", async () => {
    const { open, load, list } = createSessions<{ auth: { userId?: number } }, Model>({
      store: db().store(),
      secret: SECRET,
      columns: ({ auth }) => ({ userId: auth?.userId ?? null, address: null, userAgent: null }),
      maxPerOwner: { column: "userId", max: 1 },
    });
    for (let i = 0; i < 3; i++) {
      const visitor = open();
      visitor.set("auth", {});
      await visitor.save();
      const session = await load(visitor.sessionKey);
      const auth = session.get("auth");
      if (auth) auth.userId = 7;
      await session.markAuthenticated();
    }
    expect(await list({ userId: 7 })).toHaveLength(1);
  });

  it("says so where nothing can be deleted", async () => {
    const store = { ...db().store(), deleteMatching: async () => 0 };
    const events: SessionEvent[] = [];
    const { open } = createSessions<ShopData>({
      store,
      secret: SECRET,
      onEvent: (event) => events.push(event),
      columns: ({ userId = null }) => ({ userId, address: null, userAgent: null }),
      maxPerOwner: { column: "userId", max: 1 },
    });
    for (let i = 0; i < 2; i++) {
      const session = open();
      session.set("userId", 1);
      await session.markAuthenticated();
    }
    expect(events.map(({ type }) => type)).toEqual(["created", "created", "limitNotEnforced"]);
  });

  it("loads a session of whose data the columns cannot be made, with maxPerOwner too", async () => {
    const store = db().store();
    const { open, load } = createSessions<ShopData>({
      store,
      secret: SECRET,
      columns: ({ userId }) => ({ userId: Number(BigInt(userId as number)), address: null, userAgent: null }),
      maxPerOwner: { column: "userId", max: 1 },
    });
    const visitor = createSessions<ShopData>({ store, secret: SECRET }).open();
    visitor.set("note", "visitor");
    await visitor.save();
    const session = await load(visitor.sessionKey);
    expect(session.get("note")).toBe("visitor");
    await expect(session.save()).rejects.toThrow(TypeError);
    session.set("userId", 1);
    await session.markAuthenticated();
    expect((await load(session.sessionKey)).get("userId")).toBe(1);
    expect(open().isEmpty()).toBe(true);
  });

  it("signs in also where the others cannot be counted, and the next sign-in counts", async () => {
    const { sessions: others, signIn, clock } = shop();
    await signIn(1);
    const store = db().store();
    const events: SessionEvent[] = [];
    const sessions = createSessions<ShopData>({
      store: { ...store, findMatching: () => Promise.reject(new Error("connection lost")) },
      secret: SECRET,
      now: clock.now,
      onEvent: (event) => events.push(event),
      columns: ({ userId = null }) => ({ userId, address: null, userAgent: null }),
      maxPerOwner: { column: "userId", max: 1 },
    });
    const session = sessions.open();
    session.set("userId", 1);
    await session.markAuthenticated();
    expect(session.isFresh(60)).toBe(true);
    expect(events.at(-1)).toEqual({ type: "limitNotEnforced", keyHash: session.keyHash });
    expect(await others.list({ userId: 1 })).toHaveLength(2);
    const { signIn: signInAgain } = shop(1);
    clock.advance(60);
    await signInAgain(1);
    expect(await others.list({ userId: 1 })).toHaveLength(1);
  });

  it("ends the oldest also when that changes its key before each DELETE", async () => {
    const { sessions: others, signIn, clock } = shop();
    const oldest = await signIn(1);
    const store = db().store();
    const sessions = createSessions<ShopData>({
      store: {
        ...store,
        async deleteMatching(...args) {
          await oldest.cycleKey();
          return store.deleteMatching(...args);
        },
      },
      secret: SECRET,
      now: clock.now,
      columns: ({ userId = null }) => ({ userId, address: null, userAgent: null }),
      maxPerOwner: { column: "userId", max: 1 },
    });
    const session = sessions.open();
    session.set("userId", 1);
    await session.markAuthenticated();
    expect((await others.list({ userId: 1 })).map(({ keyHash }) => keyHash)).toEqual([session.keyHash]);
  });

  it("counts each row that create() makes", async () => {
    const { sessions, signIn, clock } = shop(2);
    const session = await signIn(1);
    for (let made = 0; made < 3; made++) {
      await session.create();
      clock.advance(1);
    }
    const listed = await sessions.list({ userId: 1 });
    expect(listed).toHaveLength(2);
    expect(listed.map(({ keyHash }) => keyHash)).toContain(session.keyHash);
  });
});

describe("markAuthenticated", () => {
  it("gives a new key, and counts for so many seconds", async () => {
    const { sessions, clock } = memorySessions({ ...NIST_AAL2 });
    const session = sessions.open();
    session.set("userId", 1);
    await session.save();
    const before = session.sessionKey;
    expect(session.isFresh(60)).toBe(false);
    await session.markAuthenticated();
    expect((await sessions.load(before)).sessionKey).toBeNull();
    clock.advance(59);
    expect(session.isFresh(60)).toBe(true);
    clock.advance(1);
    expect(session.isFresh(60)).toBe(false);
  });

  it("of a server whose clock is ahead counts for no longer than that", async () => {
    const { sessions, clock } = memorySessions();
    const session = sessions.open();
    session.set("userId", 1);
    await session.markAuthenticated();
    clock.advance(-59);
    expect(session.isFresh(60)).toBe(true);
    clock.advance(-3600);
    expect(session.isFresh(60)).toBe(false);
  });

  it("leaves a session as it was if it cannot be saved", async () => {
    const { sessions } = memorySessions();
    const session = sessions.open();
    session.set("userId", 1);
    await session.save();
    await session.destroy(session.sessionKey as string);
    await expect(session.markAuthenticated()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(session.isFresh(60)).toBe(false);
  });
});
