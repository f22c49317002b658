import { UpdateError } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachOwnedDatabase } from "../../databases/index.ts";
import { inSeconds, MILLISECOND, type Options, sessionsOn } from "./support.ts";

describe("Revocation", () => {
  const columns: NonNullable<Options["columns"]> = ({ userId = null }) => ({ userId, address: null, userAgent: null });

  describeEachOwnedDatabase("Revocation", (db) => {
    it("ends live sessions immediately, and deletes expired rows", async () => {
      const { sessions, begun, clock, isThere, expireDate, events } = sessionsOn(db(), { maxAge: 60, columns });
      const expired = await begun();
      clock.advance(30);
      const [live, other] = [await begun(), await begun(8)];
      clock.advance(30);
      expect((await sessions.list({ userId: 7 })).map(({ keyHash }) => keyHash)).toEqual([live.keyHash]);
      events.length = 0;

      expect(await sessions.revoke({ userId: 7 })).toBe(2);

      expect(events.map(({ type }) => type)).toEqual(["revoked", "revoked"]);
      expect([await isThere(live), await isThere(other)]).toEqual([false, true]);
      expect([await expireDate(live), await expireDate(expired)]).toEqual([undefined, undefined]);
      for (const session of [live, expired]) await expect(session.save()).rejects.toThrow(UpdateError);
      expect(await sessions.list({ userId: 7 })).toEqual([]);
    });

    it("ends sessions that a server with a slow clock still treats as live", async () => {
      const { sessions, by, begun, clock } = sessionsOn(db(), { maxAge: 60, columns });
      const slow = by({ now: () => new Date(clock.now().getTime() - 30_000) });
      const session = await begun();
      clock.advance(60);
      expect(await sessions.list({ userId: 7 })).toEqual([]);
      const open = await slow.load(session.sessionKey);
      expect(open.sessionKey).toBe(session.sessionKey);
      expect(await sessions.revoke({ userId: 7 })).toBe(1);
      expect((await slow.load(session.sessionKey)).sessionKey).toBeNull();
      await expect(open.save()).rejects.toThrow(UpdateError);
    });

    it("matches list(), which shows a session until the millisecond of its expiry", async () => {
      const { sessions, begun, clock } = sessionsOn(db(), { maxAge: 60, columns });
      await begun();
      clock.advance(60 - MILLISECOND);
      expect(await sessions.list({})).toHaveLength(1);
      clock.advance(MILLISECOND);
      expect(await sessions.list({})).toEqual([]);
    });

    it("by maxPerOwner ignores expired sessions, and ends the session with the oldest authentication", async () => {
      const maxPerOwner = { column: "userId", max: 2 };
      const { begun, clock, isThere, expireDate } = sessionsOn(db(), { maxAge: 60, columns, maxPerOwner });
      const first = await begun();
      clock.advance(30);
      const oldest = await begun();
      clock.advance(10);
      const second = await begun();
      expect(await isThere(first), "was one too many").toBe(false);
      clock.advance(10);
      await oldest.markAuthenticated();
      clock.advance(10);
      const third = await begun();
      const there = async () => [await isThere(oldest), await isThere(second), await isThere(third)];
      expect(await there()).toEqual([true, false, true]);

      clock.advance(60);
      const last = await begun();
      expect([await isThere(last), ...(await there())]).toEqual([true, false, false, false]);
      const left = [await expireDate(oldest), await expireDate(third)];
      expect(left, "expired, and left to clearExpired()").toEqual([inSeconds(110), inSeconds(120)]);
    });
  });
});
