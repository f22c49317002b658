import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { KEY_A, KEY_B, KEY_FORM, keysInOrder, openSessions } from "./open-sessions.ts";

describeEachStore("create()", (stores) => {
  it("create() inserts an empty row under a new key", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.create();
    expect(session.sessionKey).toMatch(KEY_FORM);
    expect((await sessions.load(session.sessionKey)).keys()).toEqual([]);
  });

  it("create() of a saved session inserts a second row with its data, and keeps the first", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const first = session.sessionKey;
    await session.create();
    expect(session.sessionKey).not.toBe(first);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
    expect((await sessions.load(first)).get("userId")).toBe(7);
  });

  it("create() of a session that is not loaded does not load it", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = sessions.open(session.sessionKey);
    await other.create();
    expect(other.keys()).toEqual([]);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("create() draws another key if the first is taken, and leaves the other session unchanged", async () => {
    const { sessions } = openSessions(stores, { randomKey: keysInOrder(KEY_A, KEY_A, KEY_A, KEY_B) });
    const first = sessions.open();
    first.set("userId", 7);
    await first.create();
    const second = sessions.open();
    await second.create();
    expect([first.sessionKey, second.sessionKey]).toEqual([KEY_A, KEY_B]);
    expect((await sessions.load(KEY_A)).get("userId")).toBe(7);
  });

  it("create() throws CreateError after 100 keys that are taken", async () => {
    let drawn = 0;
    const randomKey = () => {
      drawn++;
      return KEY_A;
    };
    const { sessions } = openSessions(stores, { randomKey });
    await sessions.open().create();
    drawn = 0;
    const session = sessions.open();
    session.set("userId", 7);
    await expect(session.create()).rejects.toMatchObject({
      code: "SESSION_CREATE",
      message: expect.stringContaining("all 100 keys that were drawn are taken"),
    });
    expect(drawn).toBe(100);
    expect(session.sessionKey).toBeNull();
    expect(session.modified).toBe(true);
  });
});
