import { createSessions, NIST_AAL2, type SessionEvent } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import { memorySessions, SECRET, type ShopData, testClock } from "../support.ts";

describeEachOwnedDatabase("whose sessions", (db) => {
  function shop(max?: number) {
    const { session: model } = db().prisma;
    const clock = testClock();
    const events: SessionEvent[] = [];
    const sessions = createSessions<ShopData, typeof model>({
      model,
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
    return { sessions, events, signIn };
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
    await expect(sessions.revoke({}, { except: "no key" })).rejects.toThrow(TypeError);
    expect(await sessions.list({})).toHaveLength(1);
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

  it("counts each row that create() makes", async () => {
    const { sessions, signIn } = shop(2);
    const session = await signIn(1);
    for (let made = 0; made < 3; made++) await session.create();
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

  it("leaves a session as it was if it cannot be saved", async () => {
    const { sessions } = memorySessions();
    const session = sessions.open();
    session.set("userId", 1);
    await session.save();
    await session.destroy();
    await expect(session.markAuthenticated()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(session.isFresh(60)).toBe(false);
  });
});
