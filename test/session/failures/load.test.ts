import { expect, it } from "vitest";
import { describeEachStore } from "../../stores.ts";
import { actors, busy, deadlock, lost, lostAgain } from "./support.ts";

describeEachStore("load() whose SELECT fails", (stores) => {
  it("is sent again after a deadlock, and once after another failure", async () => {
    const { mine, key, fail } = await actors({}, stores);
    const finds = fail("find", "lost", [deadlock, lost]);
    expect((await mine.load(key)).get("userId")).toBe(7);
    expect(finds).toHaveLength(3);
  });

  it("throws the second error, and the next load() reads again", async () => {
    const { mine, key, fail } = await actors({}, stores);
    fail("find", "lost", [lost, lostAgain]);
    const session = mine.open(key);
    await expect(session.load()).rejects.toBe(lostAgain);
    expect(session.sessionKey).toBe(key);
    await session.load();
    expect(session.get("userId")).toBe(7);
  });

  it("is not sent again after a fatal error", async () => {
    const { mine, key, fail } = await actors({}, stores);
    const finds = fail("find", "lost", [busy]);
    await expect(mine.load(key)).rejects.toBe(busy);
    expect(finds).toHaveLength(1);
  });
});
