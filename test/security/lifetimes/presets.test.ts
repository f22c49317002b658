import { NIST_AAL1, NIST_AAL2, NIST_AAL3 } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachDatabase } from "../../databases/index.ts";
import { DAY, HOUR, inSeconds, MILLISECOND, MINUTE, sessionsOn } from "./support.ts";

describe("The presets of NIST SP 800-63B", () => {
  const LEVELS = [
    { level: "AAL1", preset: NIST_AAL1, idle: 30 * DAY, absolute: 30 * DAY },
    { level: "AAL2", preset: NIST_AAL2, idle: HOUR, absolute: DAY },
    { level: "AAL3", preset: NIST_AAL3, idle: 15 * MINUTE, absolute: 12 * HOUR },
  ];

  describeEachDatabase("NIST", (db) => {
    it.each(LEVELS)("$level: an unused session ends after $idle seconds", async ({ preset, idle }) => {
      const { begun, clock, isThere } = sessionsOn(db(), preset);
      const session = await begun();
      clock.advance(idle - MILLISECOND);
      expect(await isThere(session)).toBe(true);
      clock.advance(MILLISECOND);
      expect(await isThere(session)).toBe(false);
    });

    it.each(LEVELS)("$level: a session in constant use ends after $absolute seconds", async (each) => {
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

    it.each(LEVELS.slice(1))("$level: the expiry is written at most once a minute", async ({ preset, idle }) => {
      const { sessions, begun, clock, expireDate, statementsOf } = sessionsOn(db(), preset);
      const { sessionKey } = await begun();
      clock.advance(MINUTE - MILLISECOND);
      const session = await sessions.load(sessionKey);
      expect(await statementsOf(() => session.refresh())).toEqual([]);
      clock.advance(MILLISECOND);
      expect(await statementsOf(() => session.refresh())).toHaveLength(1);
      expect(await expireDate(session)).toEqual(inSeconds(MINUTE + idle));
    });

    it.each(LEVELS)("$level: a new authentication is fresh, and restarts the $absolute seconds", async (each) => {
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
