import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { openSessions } from "./open-sessions.ts";

describeEachStore("flush() and destroy()", (stores) => {
  it("flush() deletes the row, the data and the key, and counts as access and modification", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const key = session.sessionKey;
    const loaded = await sessions.load(key);
    await loaded.flush();
    expect(loaded.sessionKey).toBeNull();
    expect(loaded.isEmpty()).toBe(true);
    expect([loaded.accessed, loaded.modified]).toEqual([true, true]);
    expect((await sessions.load(key)).sessionKey).toBeNull();
  });

  it("flush() needs no loading, and the next save() creates a new session", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const key = session.sessionKey;
    const other = sessions.open(key);
    await other.flush();
    other.set("cart", ["tea"]);
    await other.save();
    expect(other.sessionKey).not.toBe(key);
    expect((await sessions.load(other.sessionKey)).toJSON()).toEqual({ cart: ["tea"] });
  });

  it("flush() of a session without a key changes no row", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    const other = sessions.open();
    await other.save();
    await session.flush();
    expect(session.isEmpty()).toBe(true);
    expect((await sessions.load(other.sessionKey)).sessionKey).toBe(other.sessionKey);
  });

  it("flush() deletes a row whose data do not verify with this secret", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    const elsewhere = openSessions(stores, { secret: SECRET.toUpperCase(), onEvent: () => {} });
    await (await elsewhere.sessions.load(session.sessionKey)).flush();
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("flush() deletes a row that the reading found expired", async () => {
    const { sessions, store, clock } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    clock.advance(TWO_WEEKS);
    const expired = await sessions.load(session.sessionKey);
    expect([expired.sessionKey, await store.find(storedKey(session.sessionKey))]).toEqual([null, expect.anything()]);
    await expired.flush();
    expect(await store.find(storedKey(session.sessionKey))).toBeUndefined();
  });

  it("values set during flush() belong to the next session, and a failed flush() changes nothing", async () => {
    const { sessions, store } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const remove = store.delete.bind(store);
    store.delete = async (key) => {
      session.set("cart", ["tea"]);
      return remove(key);
    };
    await session.flush();
    expect(session.toJSON()).toEqual({ cart: ["tea"] });
    await session.save();
    store.delete = () => Promise.reject(new Error("connection lost"));
    await expect(session.flush()).rejects.toThrow("connection lost");
    expect(session.toJSON()).toEqual({ cart: ["tea"] });
    expect((await sessions.load(session.sessionKey)).get("cart")).toEqual(["tea"]);
  });

  it("destroy(sessionKey) deletes only that row, and does not throw for a missing row", async () => {
    const { sessions } = openSessions(stores);
    const [mine, theirs] = [sessions.open(), sessions.open()];
    mine.set("userId", 7);
    await mine.save();
    await theirs.save();
    const [key, theirKey] = [String(mine.sessionKey), String(theirs.sessionKey)];
    await mine.destroy(theirKey);
    expect([await mine.exists(theirKey), await mine.exists(key)]).toEqual([false, true]);
    await mine.destroy(key);
    expect(await mine.exists(key)).toBe(false);
    expect([mine.sessionKey, mine.get("userId")], "as in Django").toEqual([key, 7]);
    for (const missing of [key, UNKNOWN_KEY, "short", ""]) await mine.destroy(missing);
  });

  it("destroy() without an argument is flush()", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const key = session.sessionKey;
    await session.destroy();
    expect([session.sessionKey, session.isEmpty()]).toEqual([null, true]);
    expect((await sessions.load(key)).sessionKey).toBeNull();
    await sessions.open().destroy();
  });

  it.each([undefined, null])("destroy(%s) throws TypeError, and deletes nothing", async (missing) => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    await expect(session.destroy(missing as unknown as string)).rejects.toThrow(
      new TypeError("destroy(): the session key is missing. To sign out, call `flush()`."),
    );
    expect((await sessions.load(session.sessionKey)).sessionKey).toBe(session.sessionKey);
  });
});
