import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { START, storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { KEY_A, KEY_B, KEY_FORM, keysInOrder, openSessions } from "./open-sessions.ts";

describeEachStore("save()", (stores) => {
  it("save() of a new session creates a row, and gives the session its key", async () => {
    const { sessions, store } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    expect(session.sessionKey).toMatch(KEY_FORM);
    expect(session.modified).toBe(false);
    const row = await store.find(storedKey(session.sessionKey));
    expect(row?.expireDate).toEqual(new Date(START.getTime() + TWO_WEEKS * 1000));
    expect(row?.data).toMatch(/^v1\.[0-9a-f]{64}\.\{"userId":7,"_session_row":\[1893456000000,1,"[a-z0-9]{10}"\]\}$/);
  });

  it("save() writes set and deleted keys, and keeps the other keys", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.update({ userId: 7, cart: ["tea"], note: "x" });
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    loaded.set("userId", 8);
    loaded.delete("note");
    await loaded.save();
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ userId: 8, cart: ["tea"] });
  });

  it("save() writes a change deep inside a value, although `modified` is false", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("cart", ["tea"]);
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    loaded.get("cart")?.push("milk");
    expect(loaded.modified).toBe(false);
    await loaded.save();
    expect((await sessions.load(session.sessionKey)).get("cart")).toEqual(["tea", "milk"]);
  });

  it("save() writes a change between two saves of one object", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("cart", ["tea"]);
    await session.save();
    session.get("cart")?.push("milk");
    await session.save();
    session.get("cart")?.push("bread");
    await session.save();
    expect((await sessions.load(session.sessionKey)).get("cart")).toEqual(["tea", "milk", "bread"]);
  });

  it("save() without a change writes only the expiry", async () => {
    const { sessions, clock, store } = openSessions(stores, { maxAge: 60 });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const before = await store.find(storedKey(session.sessionKey));
    clock.advance(30);
    await (await sessions.load(session.sessionKey)).save();
    const after = await store.find(storedKey(session.sessionKey));
    expect(after).toEqual({ data: before?.data, expireDate: new Date(START.getTime() + 90_000) });
  });

  it("save() of a session that is not loaded loads it first", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = sessions.open(session.sessionKey);
    await other.save();
    expect(other.get("userId")).toBe(7);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("save() throws UpdateError if the row is gone, and creates no row", async () => {
    const { sessions, store } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    const key = String(session.sessionKey);
    await sessions.open().destroy(key);
    session.set("userId", 7);
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE", name: "UpdateError" });
    expect(await store.find(storedKey(key))).toBeUndefined();
    expect(session.modified).toBe(true);
    expect(session.sessionKey).toBe(key);
  });

  it("save() without a change throws UpdateError if the row is gone", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(String(session.sessionKey));
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });

  it("save() and cycleKey() never revive a row that has expired since it was read", async () => {
    const { sessions, clock } = openSessions(stores, { maxAge: 60 });
    const session = sessions.open();
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    clock.advance(60);
    loaded.set("userId", 7);
    await expect(loaded.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    await expect(loaded.cycleKey()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("save() with mustCreate inserts a row for a new session", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save({ mustCreate: true });
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("save() with mustCreate throws CreateError for a saved session, and writes nothing", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    session.set("userId", 7);
    await expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect((await sessions.load(session.sessionKey)).has("userId")).toBe(false);
  });

  it("save() with mustCreate draws only one key", async () => {
    const { sessions } = openSessions(stores, { randomKey: keysInOrder(KEY_A, KEY_A, KEY_B) });
    await sessions.open().create();
    await expect(sessions.open().save({ mustCreate: true })).rejects.toMatchObject({
      code: "SESSION_CREATE",
      message: expect.stringContaining("the key that was drawn is taken"),
    });
  });

  it("save() with mustCreate never uses an unknown key, or the key of a session that was signed out", async () => {
    const { sessions, store } = openSessions(stores);
    await sessions.open(UNKNOWN_KEY).save({ mustCreate: true });
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(String(session.sessionKey));
    await expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect(await store.find(storedKey(session.sessionKey))).toBeUndefined();
  });

  it("a value that would change throws SerializationError with its path, and nothing is written", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("cart", ["tea"]);
    await session.save();
    session.set("note", { at: [new Date()] });
    session.set("cart", []);
    for (const write of [() => session.save(), () => session.cycleKey(), () => session.create()]) {
      await expect(write()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: "note.at[0]" });
    }
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ cart: ["tea"] });
  });

  it("calls on one object run one after another: three concurrent calls insert one row", async () => {
    const { sessions, store } = openSessions(stores);
    const insert = store.insert.bind(store);
    let inserts = 0;
    store.insert = (row) => {
      inserts++;
      return insert(row);
    };
    const session = sessions.open();
    session.set("userId", 7);
    const first = session.save();
    session.set("cart", ["tea"]);
    const second = session.save();
    const third = session.cycleKey();
    await Promise.all([first, second, third]);
    expect(inserts).toBe(1);
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("a failed call does not stop the next call", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    const failing = expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    session.set("userId", 7);
    await session.save();
    await failing;
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("values set during save() count as modified, and the next save() writes them", async () => {
    const { sessions, store } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    session.set("userId", 7);
    const update = store.update.bind(store);
    store.update = (...args) => {
      session.set("cart", ["tea"]);
      return update(...args);
    };
    await session.save();
    store.update = update;
    expect(session.modified).toBe(true);
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ userId: 7 });
    await session.save();
    expect(session.modified).toBe(false);
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ userId: 7, cart: ["tea"] });
  });
});
