import { createSessions, type DbSession, type SessionEvent, type SessionsOptions } from "prisma-db-session";
import type { TestDatabase } from "../../databases/index.ts";
import type { OwnedTestClient } from "../../databases/types.ts";
import { SECRET, type ShopData, START, storedKey, testClock } from "../../support.ts";

export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const MILLISECOND = 0.001;

export type Session = DbSession<ShopData>;
export type Options = Partial<SessionsOptions<ShopData>>;

export const inSeconds = (seconds: number) => new Date(START.getTime() + seconds * 1000);

/** Sessions by a clock that stands at START until it is moved on. */
export function sessionsOn(db: TestDatabase | TestDatabase<OwnedTestClient>, options: Options = {}) {
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
