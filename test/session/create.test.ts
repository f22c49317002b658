import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { KEY_A, KEY_B, KEY_FORM, keysInOrder, openSessions } from "./open-sessions.ts";

describeEachStore("create()", (stores) => {
  it("create makes an empty row under a new key at once", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.create();
    expect(session.sessionKey).toMatch(KEY_FORM);
    expect((await sessions.load(session.sessionKey)).keys()).toEqual([]);
  });

  it("create of a session that has a row makes another, with its data, and leaves the first", async () => {
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

  it("create of a session that is not loaded loads nothing", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = sessions.open(session.sessionKey);
    await other.create();
    expect(other.keys()).toEqual([]);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("create takes a new key when the first is taken, and leaves the other session as it was", async () => {
    const { sessions } = openSessions(stores, { randomKey: keysInOrder(KEY_A, KEY_A, KEY_A, KEY_B) });
    const first = sessions.open();
    first.set("userId", 7);
    await first.create();
    const second = sessions.open();
    await second.create();
    expect([first.sessionKey, second.sessionKey]).toEqual([KEY_A, KEY_B]);
    expect((await sessions.load(KEY_A)).get("userId")).toBe(7);
  });

  it("create gives up after 100 keys with a CreateError", async () => {
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
