import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { storedKey } from "../support.ts";
import { KEY_A, KEY_B, KEY_FORM, keysInOrder, openSessions } from "./open-sessions.ts";

describeEachStore("cycleKey()", (stores) => {
  it("cycleKey() gives the row a new key and writes unsaved data, and the old key opens no session", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("cart", ["tea"]);
    await session.save();
    const old = session.sessionKey;
    const loaded = await sessions.load(old);
    loaded.set("userId", 7);
    await loaded.cycleKey();
    expect(loaded.sessionKey).toMatch(KEY_FORM);
    expect(loaded.sessionKey).not.toBe(old);
    expect([loaded.accessed, loaded.modified]).toEqual([true, false]);
    expect((await sessions.load(old)).sessionKey).toBeNull();
    expect((await sessions.load(loaded.sessionKey)).toJSON()).toEqual({ cart: ["tea"], userId: 7 });
  });

  it("cycleKey() counts as access", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.cycleKey();
    expect(session.accessed).toBe(true);
  });

  it("cycleKey() creates a row for a new session, and loads a session that is not loaded", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.cycleKey();
    const other = sessions.open(session.sessionKey);
    await other.cycleKey();
    expect((await sessions.load(other.sessionKey)).get("userId")).toBe(7);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("cycleKey() draws another key if the new key is taken", async () => {
    const { sessions } = openSessions(stores, { randomKey: keysInOrder(KEY_A, KEY_B, KEY_A, "c".repeat(32)) });
    const [first, second] = [sessions.open(), sessions.open()];
    await first.create();
    await second.create();
    await second.cycleKey();
    expect(second.sessionKey).toBe("c".repeat(32));
    expect((await sessions.load(KEY_A)).sessionKey).toBe(KEY_A);
    expect((await sessions.load(KEY_B)).sessionKey).toBeNull();
  });

  it("cycleKey() throws CreateError after 100 keys that are taken, and the row keeps its key", async () => {
    const { sessions } = openSessions(stores, { randomKey: keysInOrder(KEY_A, KEY_B, KEY_A) });
    await sessions.open().create();
    const session = sessions.open();
    await session.create();
    await expect(session.cycleKey()).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect(session.sessionKey).toBe(KEY_B);
    expect((await sessions.load(KEY_B)).sessionKey).toBe(KEY_B);
  });

  it("cycleKey() throws UpdateError if the row is gone, and creates no row", async () => {
    const { sessions, store } = openSessions(stores, { randomKey: keysInOrder(KEY_A, KEY_B) });
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(KEY_A);
    await expect(session.cycleKey()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(session.sessionKey).toBe(KEY_A);
    expect(await store.find(storedKey(KEY_A))).toBeUndefined();
    expect(await store.find(storedKey(KEY_B))).toBeUndefined();
  });
});
