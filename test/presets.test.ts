import { NIST_AAL1, NIST_AAL2, NIST_AAL3 } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { memorySessions } from "./support.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

async function saved({ open }: ReturnType<typeof memorySessions>["sessions"]) {
  const session = open();
  session.set("userId", 7);
  await session.save();
  return session;
}

type Preset = typeof NIST_AAL1 | typeof NIST_AAL2 | typeof NIST_AAL3;

/** A session that is used after so many seconds more, if it is still there; says whether it was. */
async function begun(preset: Preset) {
  const { sessions, clock } = memorySessions(preset);
  const { sessionKey } = await saved(sessions);
  return async (seconds: number) => {
    clock.advance(seconds);
    const session = await sessions.load(sessionKey);
    if (session.sessionKey === null) return false;
    await ("refreshAfter" in preset ? session.refresh() : session.save());
    return true;
  };
}

describe("the presets", () => {
  it("NIST_AAL1 ends a session after 30 days, however much it is used", async () => {
    const use = await begun(NIST_AAL1);
    for (let day = 1; day < 30; day++) expect(await use(DAY)).toBe(true);
    expect(await use(DAY - 1)).toBe(true);
    expect(await use(1)).toBe(false);
  });

  it.each([
    ["NIST_AAL2", NIST_AAL2],
    ["NIST_AAL3", NIST_AAL3],
  ])("%s ends a session after 12 hours, however much it is used", async (_, preset) => {
    const use = await begun(preset);
    for (let minute = 10; minute < 12 * 60; minute += 10) expect(await use(10 * MINUTE)).toBe(true);
    expect(await use(10 * MINUTE - 1)).toBe(true);
    expect(await use(1)).toBe(false);
  });

  it.each([
    ["NIST_AAL2", 30, NIST_AAL2],
    ["NIST_AAL3", 15, NIST_AAL3],
  ])("%s ends a session after %s minutes without use", async (_, minutes, preset) => {
    const use = await begun(preset);
    expect(await use(minutes * MINUTE - 1)).toBe(true);
    expect(await use(minutes * MINUTE - 1)).toBe(true);
    expect(await use(minutes * MINUTE)).toBe(false);
  });

  it.each([NIST_AAL1, NIST_AAL2, NIST_AAL3])("end with the browser: %j", (preset) => {
    const { sessions } = memorySessions(preset);
    expect(sessions.open().getExpireAtBrowserClose()).toBe(true);
  });
});
