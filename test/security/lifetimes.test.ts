// How long sessions live, and what ends them before: each by an injected clock, on each real database.
import {
  createSessions,
  type DbSession,
  NIST_AAL1,
  NIST_AAL2,
  NIST_AAL3,
  type SessionEvent,
  type SessionsOptions,
  UpdateError,
} from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachDatabase, describeEachOwnedDatabase, type TestDatabase } from "../databases/index.ts";
import type { OwnedTestClient } from "../databases/types.ts";
import { SECRET, type ShopData, START, storedKey, testClock } from "../support.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MILLISECOND = 0.001;

type Session = DbSession<ShopData>;

const inSeconds = (seconds: number) => new Date(START.getTime() + seconds * 1000);

/** Sessions by a clock that stands at START until it is moved on. */
function sessionsOn(db: TestDatabase | TestDatabase<OwnedTestClient>, options: Options = {}) {
  const clock = testClock();
  const events: SessionEvent[] = [];
  const { queries } = db;
  const store = db.store();
  const by = (others: Options = {}) =>
    createSessions<ShopData>({
      store,
      secret: SECRET,
      now: clock.now,
      onEvent: (event) => events.push(event),
      ...options,
      ...others,
    });
  const sessions = by();
  return {
    sessions,
    by,
    clock,
    events,
    queries,
    async begun(userId = 7) {
      const session = sessions.open();
      session.set("userId", userId);
      await session.save();
      return session;
    },
    /** As a request at this moment finds it. */
    isThere: async ({ sessionKey }: Session) => (await sessions.load(sessionKey)).sessionKey !== null,
    expireDate: async ({ sessionKey }: Session) => (await store.find(storedKey(sessionKey)))?.expireDate,
    /** The statements that this sends. */
    async statementsOf(run: () => Promise<unknown>) {
      queries.length = 0;
      await run();
      return [...queries];
    },
  };
}

type Options = Partial<SessionsOptions<ShopData>>;

interface Use {
  readonly use: string;
  readonly run: (session: Session) => Promise<unknown>;
}

/** Whatever a request may do with a session that it goes on using, without signing in again. */
const USES: readonly Use[] = [
  { use: "save without a change", run: (session) => session.save() },
  {
    use: "save of a change",
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
    it("ends a session so long after its last save, to the millisecond, and nothing brings it back", async () => {
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

    it("holds through a life of every use, at each step of which the row expires no later than that", async () => {
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

    it("is not lengthened by a clear() before loading", async () => {
      const { sessions, begun, clock, expireDate } = sessionsOn(db(), options);
      const { sessionKey } = await begun();
      clock.advance(50);
      const session = sessions.open(sessionKey);
      session.clear();
      await session.save();
      expect(await expireDate(session)).toEqual(inSeconds(100));
    });

    it("begins anew with a new session, after a sign-out", async () => {
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

describe("refreshAfter", () => {
  describeEachDatabase("refreshAfter", (db) => {
    const options = { maxAge: 100, refreshAfter: 10 };

    it("sends nothing before it is due, one UPDATE of the expiry from that very moment, and then nothing again", async () => {
      const { sessions, begun, clock, expireDate, statementsOf } = sessionsOn(db(), options);
      const { sessionKey } = await begun();
      const refreshed = async () => {
        const session = await sessions.load(sessionKey);
        let result: boolean | undefined;
        const statements = await statementsOf(async () => {
          result = await session.refresh();
        });
        return { result, statements, expireDate: await expireDate(session) };
      };
      const none = { result: false, statements: [] };
      const one = { result: true, statements: [expect.stringMatching(/^UPDATE.* SET [^,]*expire_date[^,]* WHERE /)] };

      expect(await refreshed()).toEqual({ ...none, expireDate: inSeconds(100) });
      clock.advance(10 - MILLISECOND);
      expect(await refreshed()).toEqual({ ...none, expireDate: inSeconds(100) });
      clock.advance(MILLISECOND);
      expect(await refreshed()).toEqual({ ...one, expireDate: inSeconds(110) });
      expect(await refreshed()).toEqual({ ...none, expireDate: inSeconds(110) });
      clock.advance(10 - MILLISECOND);
      expect(await refreshed()).toEqual({ ...none, expireDate: inSeconds(110) });
      clock.advance(MILLISECOND);
      expect(await refreshed()).toEqual({ ...one, expireDate: inSeconds(120) });
    });

    it("counts from the last write, whoever's that was", async () => {
      const { sessions, begun, clock, statementsOf } = sessionsOn(db(), options);
      const { sessionKey } = await begun();
      clock.advance(9);
      await (await sessions.load(sessionKey)).save();
      clock.advance(9);
      const session = await sessions.load(sessionKey);
      expect(await statementsOf(() => session.refresh())).toEqual([]);
      clock.advance(1);
      expect(await statementsOf(() => session.refresh())).toHaveLength(1);
    });

    it("keeps a session alive that is used, and none that is not", async () => {
      const { sessions, begun, clock, isThere } = sessionsOn(db(), options);
      const [used, unused] = [await begun(), await begun()];
      for (let i = 0; i < 5; i++) {
        clock.advance(60);
        await (await sessions.load(used.sessionKey)).refresh();
      }
      expect([await isThere(used), await isThere(unused)]).toEqual([true, false]);
      clock.advance(100 - MILLISECOND);
      expect(await isThere(used)).toBe(true);
      clock.advance(MILLISECOND);
      expect(await isThere(used)).toBe(false);
    });

    it("sends nothing that would not move the expiry by so much, near the end that absoluteMaxAge sets", async () => {
      const { begun, clock, statementsOf } = sessionsOn(db(), { ...options, absoluteMaxAge: 110 });
      const [session, later] = [await begun(), await begun()];
      clock.advance(50);
      expect(await statementsOf(() => session.refresh()), "from 100 to 110").toHaveLength(1);
      expect(await statementsOf(() => session.refresh())).toEqual([]);
      await later.save();
      clock.advance(50);
      expect(await statementsOf(() => later.refresh())).toEqual([]);
    });
  });
});

describe("A new secret", () => {
  const [OLD, NEW] = [SECRET, "the-next-secret-for-tests-of-32-characters-or-more"];
  const BOTH = [NEW, OLD];

  describeEachDatabase("A new secret", (db) => {
    it("reads what the old one wrote, moves it at the next save, and then the old one can be dropped", async () => {
      const { begun, by, clock, expireDate, statementsOf } = sessionsOn(db(), { maxAge: 60 });
      const { sessionKey } = await begun();
      clock.advance(10);
      const { load } = by({ secret: BOTH });
      expect(await statementsOf(() => load(sessionKey))).toEqual([expect.stringMatching(/^SELECT/)]);
      const session = await load(sessionKey);
      expect(session.get("userId")).toBe(7);
      expect((await by({ secret: NEW }).load(sessionKey)).sessionKey, "too early").toBeNull();
      expect(await statementsOf(() => session.save())).toEqual([expect.stringMatching(/^UPDATE/)]);
      expect(await expireDate(session)).toEqual(inSeconds(70));

      expect((await by({ secret: NEW }).load(sessionKey)).get("userId")).toBe(7);
      expect((await by({ secret: OLD }).load(sessionKey)).sessionKey).toBeNull();
    });

    it("loses nobody if the old one is dropped maxAge later: by then each session has moved, or has expired", async () => {
      const { begun, by, clock } = sessionsOn(db(), { maxAge: 60, refreshAfter: 10 });
      const [saved, refreshed, cycled, unused] = [await begun(), await begun(), await begun(), await begun()];
      const { load } = by({ secret: BOTH });
      clock.advance(30);
      await (await load(saved.sessionKey)).save();
      await (await load(refreshed.sessionKey)).refresh();
      const moved = await load(cycled.sessionKey);
      await moved.cycleKey();
      clock.advance(30);
      expect((await load(unused.sessionKey)).sessionKey).toBeNull();
      for (const { sessionKey } of [saved, refreshed, moved]) {
        expect((await by({ secret: NEW }).load(sessionKey)).get("userId")).toBe(7);
      }
    });

    it("does not lengthen absoluteMaxAge", async () => {
      const { begun, by, clock, expireDate } = sessionsOn(db(), { maxAge: 60, absoluteMaxAge: 100 });
      const { sessionKey } = await begun();
      clock.advance(50);
      const session = await by({ secret: BOTH }).load(sessionKey);
      await session.save();
      expect(await expireDate(session)).toEqual(inSeconds(100));
      clock.advance(50);
      expect((await by({ secret: NEW }).load(sessionKey)).sessionKey).toBeNull();
    });
  });
});

describe("Revocation", () => {
  const columns: NonNullable<Options["columns"]> = ({ userId = null }) => ({ userId, address: null, userAgent: null });

  describeEachOwnedDatabase("Revocation", (db) => {
    it("ends at once what has not expired, and deletes what has", async () => {
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

    it("ends what a server with a slow clock still takes for live", async () => {
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

    it("is for what list() shows: a session up to the very moment of its end", async () => {
      const { sessions, begun, clock } = sessionsOn(db(), { maxAge: 60, columns });
      await begun();
      clock.advance(60 - MILLISECOND);
      expect(await sessions.list({})).toHaveLength(1);
      clock.advance(MILLISECOND);
      expect(await sessions.list({})).toEqual([]);
    });

    it("by maxPerOwner counts no expired session, and ends the one that was authenticated longest ago", async () => {
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

describe("The presets of NIST SP 800-63B", () => {
  const LEVELS = [
    { level: "AAL1", preset: NIST_AAL1, idle: 30 * DAY, absolute: 30 * DAY },
    { level: "AAL2", preset: NIST_AAL2, idle: HOUR, absolute: DAY },
    { level: "AAL3", preset: NIST_AAL3, idle: 15 * MINUTE, absolute: 12 * HOUR },
  ];

  describeEachDatabase("NIST", (db) => {
    it.each(LEVELS)("$level: a session that is not used ends after $idle seconds", async ({ preset, idle }) => {
      const { begun, clock, isThere } = sessionsOn(db(), preset);
      const session = await begun();
      clock.advance(idle - MILLISECOND);
      expect(await isThere(session)).toBe(true);
      clock.advance(MILLISECOND);
      expect(await isThere(session)).toBe(false);
    });

    it.each(LEVELS)("$level: one that is used all the time ends after $absolute seconds", async (each) => {
      const { preset, idle, absolute } = each;
      const { sessions, begun, clock, isThere, expireDate } = sessionsOn(db(), preset);
      const session = await begun();
      const step = idle / 2;
      for (let at = step; at < absolute; at += step) {
        clock.advance(step);
        const used = await sessions.load(session.sessionKey);
        expect(used.sessionKey).toBe(session.sessionKey);
        if (!(await used.refresh())) await used.save();
        expect(await expireDate(used)).toEqual(inSeconds(Math.min(at + idle, absolute)));
      }
      clock.advance(step - MILLISECOND);
      expect(await isThere(session)).toBe(true);
      clock.advance(MILLISECOND);
      expect(await isThere(session)).toBe(false);
    });

    it.each(LEVELS)("$level: the cookie ends with the browser", async ({ preset }) => {
      const { sessions, begun } = sessionsOn(db(), preset);
      const { sessionKey } = await begun();
      expect((await sessions.load(sessionKey)).getExpireAtBrowserClose()).toBe(true);
    });

    it.each(LEVELS.slice(1))("$level: a use is written once a minute at most", async ({ preset, idle }) => {
      const { sessions, begun, clock, expireDate, statementsOf } = sessionsOn(db(), preset);
      const { sessionKey } = await begun();
      clock.advance(MINUTE - MILLISECOND);
      const session = await sessions.load(sessionKey);
      expect(await statementsOf(() => session.refresh())).toEqual([]);
      clock.advance(MILLISECOND);
      expect(await statementsOf(() => session.refresh())).toHaveLength(1);
      expect(await expireDate(session)).toEqual(inSeconds(MINUTE + idle));
    });

    it.each(LEVELS)("$level: a password asked again is fresh, and starts the $absolute seconds again", async (each) => {
      const { preset, absolute } = each;
      const { sessions, begun, clock, isThere } = sessionsOn(db(), { ...preset, maxAge: absolute });
      const { sessionKey } = await begun();
      clock.advance(absolute - MINUTE);
      const session = await sessions.load(sessionKey);
      expect(session.isFresh(5 * MINUTE)).toBe(false);
      await session.markAuthenticated();
      expect((await sessions.load(session.sessionKey)).isFresh(5 * MINUTE)).toBe(true);
      clock.advance(absolute - MILLISECOND);
      expect(await isThere(session)).toBe(true);
      clock.advance(MILLISECOND);
      expect(await isThere(session)).toBe(false);
    });
  });
});
