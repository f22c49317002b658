import { describe, expect, it } from "vitest";
import { memorySessions } from "../support.ts";

describe("session keys", () => {
  it("have 32 characters of a-z and 0-9, every one of them used, and no two are alike", async () => {
    const { sessions } = memorySessions();
    const keys = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const session = sessions.open();
      await session.create();
      expect(session.sessionKey).toMatch(/^[a-z0-9]{32}$/);
      keys.add(session.sessionKey as string);
    }
    expect(keys.size).toBe(500);
    expect(new Set([...keys].join("")).size).toBe(36);
  });
});
