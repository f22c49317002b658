import { describe, expect, it } from "vitest";
import { describeEachDatabase } from "../../databases/index.ts";
import { inSeconds, MILLISECOND, sessionsOn } from "./support.ts";

describe("refreshAfter", () => {
  describeEachDatabase("refreshAfter", (db) => {
    const options = { maxAge: 100, refreshAfter: 10 };

    it("sends nothing before it is due, then one UPDATE of the expiry, then nothing again", async () => {
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

    it("counts from the last write of any request", async () => {
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

    it("keeps a used session alive, and lets an unused session expire", async () => {
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

    it("sends nothing if absoluteMaxAge leaves less than refreshAfter to gain", async () => {
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
