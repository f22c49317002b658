import { describe, expect, it } from "vitest";
import { describeEachDatabase } from "../../databases/index.ts";
import { SECRET } from "../../support.ts";
import { inSeconds, sessionsOn } from "./support.ts";

describe("A new secret", () => {
  const [OLD, NEW] = [SECRET, "the-next-secret-for-tests-of-32-characters-or-more"];
  const BOTH = [NEW, OLD];

  describeEachDatabase("A new secret", (db) => {
    it("opens old sessions and signs them at the next save, so that the old secret can be removed", async () => {
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

    it("loses no session if the old secret is removed after maxAge: each was signed again or has expired", async () => {
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

    it("does not extend absoluteMaxAge", async () => {
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
