import { createSessions, memoryStore, type SessionStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { describeEachStore } from "../../stores.ts";
import { SECRET, storedKey } from "../../support.ts";
import { actors, busy, deadlock, lost, rejected, setNote, types } from "./support.ts";

describeEachStore("create() whose INSERT fails", (stores) => {
  it("was applied: the session has the row", async () => {
    const { mine, keys, fail, read, events } = await actors({}, stores);
    const inserts = fail("insert", "applied", [lost]);
    const session = mine.open();
    session.set("userId", 9);
    await session.create();
    expect([keys, inserts.length]).toEqual([[session.sessionKey], 1]);
    expect([await read(session.sessionKey), types(events)]).toEqual([{ userId: 9 }, ["created"]]);
  });

  it("was not applied: the error, and the session has no key; the next save() takes a new key", async () => {
    const { mine, keys, fail, read, exists } = await actors({}, stores);
    const inserts = fail("insert", "lost", [lost]);
    const session = mine.open();
    session.set("userId", 9);
    await expect(session.create()).rejects.toBe(lost);
    expect([session.sessionKey, inserts.length, session.needsSave()]).toEqual([null, 1, true]);
    await session.save();
    expect([keys[1], await exists(keys[0])]).toEqual([session.sessionKey, false]);
    expect(await read(session.sessionKey)).toEqual({ userId: 9 });
  });

  it("was rolled back: it is sent again", async () => {
    const { mine, keys, fail, exists } = await actors({}, stores);
    const inserts = fail("insert", "lost", [deadlock]);
    const session = mine.open();
    await session.create();
    expect([inserts.length, await exists(session.sessionKey), keys.at(-1)]).toEqual([2, true, session.sessionKey]);
  });

  it.each([
    ["create()", undefined],
    ["save()", {}],
    ["save({ mustCreate: true })", { mustCreate: true }],
  ])("was applied, and cannot be read: the next %s adopts the row", async (_, options) => {
    const { mine, keys, leaveInDoubt, read, events } = await actors({}, stores);
    const inserts = leaveInDoubt("insert", "applied");
    const session = mine.open();
    session.set("userId", 9);
    await expect(session.create()).rejects.toBe(lost);
    session.set("note", "since");
    await (options ? session.save(options) : session.create());
    expect([keys, inserts.length]).toEqual([[session.sessionKey], 1]);
    expect(await read(session.sessionKey)).toEqual({ userId: 9, note: "since" });
    expect(types(events)).toEqual(["created", "saved"]);
  });

  it.each(["applied", "lost"] as const)("was %s, and cannot be read: flush() deletes the row", async (outcome) => {
    const { mine, keys, leaveInDoubt, exists } = await actors({}, stores);
    leaveInDoubt("insert", outcome);
    const session = mine.open();
    session.set("userId", 9);
    await expect(session.create()).rejects.toBe(lost);
    expect(await exists(keys[0])).toBe(outcome === "applied");
    await session.flush();
    expect([await exists(keys[0]), session.isEmpty()]).toEqual([false, true]);
  });
});

describe("after a create() of unknown outcome", () => {
  it("flush() also deletes a row that arrives later, under every key tried", async () => {
    const { mine, keys, fail, count, exists } = await actors();
    const session = mine.open();
    for (let tries = 0; tries < 2; tries++) {
      fail("insert", "lost", [busy]);
      await expect(session.create()).rejects.toBe(busy);
    }
    await session.create();
    const deletes = count("delete");
    await session.flush();
    expect(new Set(deletes.map(([key]) => key))).toEqual(new Set(keys.map(storedKey)));
    expect(await Promise.all(keys.map(exists))).toEqual([false, false, false]);
  });

  it("another request's write is no obstacle to the adoption, and is kept", async () => {
    const { mine, keys, leaveInDoubt, change, read } = await actors();
    leaveInDoubt("insert", "applied");
    const session = mine.open();
    session.set("userId", 9);
    await expect(session.create()).rejects.toBe(lost);
    await change(setNote, keys[0]);
    session.set("userId", 10);
    await session.save();
    expect(await read(keys[0])).toEqual({ userId: 10, note: "theirs" });
  });

  it("what was taken back is taken back in the row that is adopted", async () => {
    const { mine, leaveInDoubt, read } = await actors();
    leaveInDoubt("insert", "applied");
    const session = mine.open();
    session.update({ userId: 9, note: "x" });
    await expect(session.save()).rejects.toBe(lost);
    session.delete("note");
    await session.save();
    expect(await read(session.sessionKey)).toEqual({ userId: 9 });
  });

  it("the session that the object had before stays as it was, and signed out if it was", async () => {
    const { me, they, key, leaveInDoubt, exists, read } = await actors();
    leaveInDoubt("insert", "lost");
    await expect(me.create()).rejects.toBe(lost);
    expect([me.sessionKey, await read()]).toEqual([key, { userId: 7, cart: ["tea"] }]);
    await they.flush();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await exists(key)).toBe(false);
  });

  it("an INSERT that was rejected is not looked for; a fatal error is found by the next save()", async () => {
    const { mine, keys, fail, count } = await actors();
    fail("insert", "lost", [rejected]);
    const finds = count("find");
    const session = mine.open();
    await expect(session.create()).rejects.toBe(rejected);
    fail("insert", "applied", [busy]);
    await expect(session.create()).rejects.toBe(busy);
    expect(finds).toHaveLength(0);
    await session.save();
    expect(session.sessionKey).toBe(keys[1]);
  });
});

describe("markAuthenticated(data) after a create() that was applied without an answer", () => {
  it("adopts the row, and the sign-in is in it", async () => {
    const table = memoryStore();
    const insert: SessionStore["insert"] = async (row) => {
      await table.insert(row);
      isReading = false;
      throw lost;
    };
    let isReading = true;
    const find: SessionStore["find"] = (key) => (isReading ? table.find(key) : Promise.reject(lost));
    const sessions = createSessions<{ userId: number }>({ store: { ...table, insert, find }, secret: SECRET });
    const session = sessions.open();
    await expect(session.create()).rejects.toBe(lost);
    isReading = true;
    await session.markAuthenticated({ userId: 7 });
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });
});
