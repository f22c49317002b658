import { ConfigError, memoryStore, type SessionStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { memorySessions } from "../support.ts";

const columns = () => ({ userId: 1 });

describe.each(["findMatching", "deleteMatching"] as const)("a store without %s", (missing) => {
  const both = /`findMatching` and `deleteMatching`/;
  const store = (): SessionStore => {
    const { [missing]: _, ...others } = memoryStore();
    return others;
  };

  it("saves and loads sessions", async () => {
    const { sessions } = memorySessions({ store: store(), columns });
    const session = sessions.open();
    session.set("userId", 1);
    await session.save();
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(1);
  });

  it("is a ConfigError of list(), revoke() and maxPerOwner, which names both verbs", async () => {
    const { sessions } = memorySessions({ store: store(), columns });
    const calls = [() => sessions.list({ userId: 1 }), () => sessions.revoke({ userId: 1 })];
    for (const [i, name] of ["list()", "revoke()"].entries()) {
      const error = await calls[i]?.().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(ConfigError);
      expect(String(error)).toMatch(both);
      expect(String(error)).toContain(name);
    }
    const limited = () => memorySessions({ store: store(), columns, maxPerOwner: { column: "userId", max: 1 } });
    expect(limited).toThrow(ConfigError);
    expect(limited).toThrow(both);
    expect(limited).toThrow("maxPerOwner");
  });
});

describe("the options of whose sessions", () => {
  it.each([0, 1.5, "5", undefined])("refuse %s as the most that an owner may have", (max) => {
    const maxPerOwner = { column: "userId", max: max as number };
    expect(() => memorySessions({ columns, maxPerOwner })).toThrow(ConfigError);
  });

  it("refuse an owner's column that nothing fills, or that has no name", () => {
    expect(() => memorySessions({ maxPerOwner: { column: "userId", max: 2 } })).toThrow("needs the option `columns`");
    expect(() => memorySessions({ columns, maxPerOwner: { column: 7 as never, max: 2 } })).toThrow(ConfigError);
  });

  it("refuse an owner's column that columns does not return, before anything is written", async () => {
    const { sessions, events } = memorySessions({ columns, maxPerOwner: { column: "userID", max: 1 } });
    const session = sessions.open();
    session.set("userId", 1);
    await expect(session.save()).rejects.toThrow("must return `userID`");
    expect(events).toEqual([]);
  });

  it.each([undefined, null, "userId", Promise.resolve({}), { key: "a" }, { data: "{}" }, { expireDate: null }])(
    "write nothing when columns returns %s",
    async (returned) => {
      const { sessions, events } = memorySessions({ columns: () => returned as never });
      const session = sessions.open();
      session.set("userId", 1);
      await expect(session.save()).rejects.toThrow(ConfigError);
      expect(session.sessionKey).toBeNull();
      expect(events).toEqual([]);
    },
  );

  it("write null for what columns leaves undefined, and show no reserved key to it", async () => {
    const seen: unknown[] = [];
    const { sessions } = memorySessions({
      columns: (data) => {
        seen.push(data);
        return { userId: data.userId };
      },
    });
    const session = sessions.open();
    session.flash("hello", 1);
    await session.save();
    expect(seen).toEqual([{}]);
    expect(await sessions.list({ userId: null })).toHaveLength(1);
  });

  it.each([undefined, null, [], "all"])("take %s for no condition", async (where) => {
    const { sessions } = memorySessions();
    await expect(sessions.revoke(where as never)).rejects.toThrow(TypeError);
    await expect(sessions.list(where as never)).rejects.toThrow(TypeError);
  });

  it.each([{ userId: { in: [1] } }, { OR: [{ userId: 1 }] }, { NOT: { userId: 1 } }])(
    "say of %j that the store in memory does not know it, rather than nobody",
    async (where) => {
      const { sessions } = memorySessions({ columns });
      await sessions.open().save();
      await expect(sessions.list(where)).rejects.toThrow("Use a database");
      await expect(sessions.revoke(where)).rejects.toThrow("Use a database");
    },
  );

  it("end nothing for a null exception too much", async () => {
    const { sessions } = memorySessions({ columns });
    const session = sessions.open();
    session.set("userId", 1);
    await session.save();
    expect(await sessions.revoke({ userId: 1 }, { except: session.sessionKey })).toBe(0);
    expect(await sessions.revoke({ userId: 1 }, { except: null })).toBe(1);
  });
});
