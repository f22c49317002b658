import { UpdateError } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachDatabase } from "../../databases/index.ts";
import { DAY, inSeconds, MILLISECOND, type Session, sessionsOn } from "./support.ts";

interface Use {
  readonly use: string;
  readonly run: (session: Session) => Promise<unknown>;
}

/** Whatever a request may do with a session that it goes on using, without signing in again. */
const USES: readonly Use[] = [
  { use: "save without a change", run: (session) => session.save() },
  {
    use: "save with a change",
    run: (session) => {
      session.set("note", "another");
      return session.save();
    },
  },
  { use: "cycleKey", run: (session) => session.cycleKey() },
  { use: "refresh", run: (session) => session.refresh() },
  {
    use: "clear",
    run: (session) => {
      session.clear();
      return session.save();
    },
  },
  {
    use: "an expiry of its own",
    run: (session) => {
      session.setExpiry(DAY);
      return session.save();
    },
  },
  {
    use: "a fixed date",
    run: (session) => {
      session.setExpiry(inSeconds(DAY));
      return session.save();
    },
  },
];

/** After these the absolute lifetime starts again. */
const STARTS: readonly Use[] = [
  { use: "markAuthenticated", run: (session) => session.markAuthenticated() },
  { use: "markAuthenticated with data", run: (session) => session.markAuthenticated({ userId: 8 }) },
  { use: "create", run: (session) => session.create() },
];

describe("maxAge", () => {
  describeEachDatabase("maxAge", (db) => {
    it("ends a session exactly this long after its last save, and no write revives the session", async () => {
      const { begun, clock, isThere, expireDate } = sessionsOn(db(), { maxAge: 60, refreshAfter: 10 });
      const session = await begun();
      clock.advance(50);
      await session.save();
      clock.advance(60 - MILLISECOND);
      expect(await isThere(session)).toBe(true);
      clock.advance(MILLISECOND);
      expect(await isThere(session)).toBe(false);
      expect(await session.refresh()).toBe(false);
      session.set("note", "still here");
      for (const write of [() => session.save(), () => session.cycleKey(), () => session.markAuthenticated()]) {
        await expect(write()).rejects.toThrow(UpdateError);
      }
      expect(await expireDate(session)).toEqual(inSeconds(110));
    });
  });
});

describe("absoluteMaxAge", () => {
  describeEachDatabase("absoluteMaxAge", (db) => {
    const options = { maxAge: 60, absoluteMaxAge: 100, refreshAfter: 5 };

    it.each(USES)("counts from the creation, across $use", async ({ run }) => {
      const { sessions, begun, clock, isThere, expireDate } = sessionsOn(db(), options);
      const { sessionKey } = await begun();
      clock.advance(50);
      const session = await sessions.load(sessionKey);
      await run(session);
      expect(await expireDate(session)).toEqual(inSeconds(100));
      expect(session.getExpiryDate()).toEqual(inSeconds(100));
      clock.advance(50 - MILLISECOND);
      expect(await isThere(session)).toBe(true);
      clock.advance(MILLISECOND);
      expect(await isThere(session)).toBe(false);
      await expect(session.save()).rejects.toThrow(UpdateError);
      expect(await session.refresh()).toBe(false);
    });

    it.each(STARTS)("starts again with $use", async ({ run }) => {
      const { sessions, begun, clock, isThere, expireDate } = sessionsOn(db(), options);
      const { sessionKey } = await begun();
      clock.advance(50);
      const session = await sessions.load(sessionKey);
      await run(session);
      expect(await expireDate(session)).toEqual(inSeconds(110));
      clock.advance(55);
      await session.save();
      expect(await expireDate(session)).toEqual(inSeconds(150));
      clock.advance(45);
      expect(await isThere(session)).toBe(false);
    });

    it("limits the expiry of the row after every use in a long session", async () => {
      const { sessions, begun, clock, expireDate } = sessionsOn(db(), options);
      let session = await begun();
      for (const { run } of [...USES, ...USES]) {
        clock.advance(5);
        session = await sessions.load(session.sessionKey);
        await run(session);
        const date = await expireDate(session);
        expect(date?.getTime()).toBeGreaterThan(clock.now().getTime());
        expect(date?.getTime()).toBeLessThanOrEqual(inSeconds(100).getTime());
      }
      clock.advance(100 - 5 * 2 * USES.length);
      expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
    });

    it("is not extended by a clear() before loading", async () => {
      const { sessions, begun, clock, expireDate } = sessionsOn(db(), options);
      const { sessionKey } = await begun();
      clock.advance(50);
      const session = sessions.open(sessionKey);
      session.clear();
      await session.save();
      expect(await expireDate(session)).toEqual(inSeconds(100));
    });

    it("starts again with a new session after a sign-out", async () => {
      const { begun, clock, isThere, expireDate } = sessionsOn(db(), options);
      const session = await begun();
      clock.advance(90);
      await session.flush();
      await session.save();
      expect(await expireDate(session)).toEqual(inSeconds(150));
      clock.advance(59);
      await session.save();
      expect(await expireDate(session)).toEqual(inSeconds(190));
      clock.advance(41);
      expect(await isThere(session)).toBe(false);
    });
  });
});
