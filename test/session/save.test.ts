import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { START, storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { KEY_A, KEY_B, KEY_FORM, keysInOrder, openSessions } from "./open-sessions.ts";

describeEachStore("save()", (stores) => {
  it("save of a new session creates a row, under a key that the session has from then on", async () => {
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

  it("save updates the row: set, deleted and untouched keys", async () => {
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

  it("save keeps a change deep inside a value, which no flag shows", async () => {
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

  it("save keeps a change made between two saves of one object", async () => {
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

  it("save without a change moves the expiry, and writes no data", async () => {
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

  it("save of a session that was not loaded loads it first", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = sessions.open(session.sessionKey);
    await other.save();
    expect(other.get("userId")).toBe(7);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("save when the row is gone is an UpdateError, and makes no row", async () => {
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

  it("save without a change when the row is gone is an UpdateError too", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(String(session.sessionKey));
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });

  it("save and cycleKey never revive a row that has expired since it was read", async () => {
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

  it("save with mustCreate inserts a row for a session without one", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.set("userId", 7);
    await session.save({ mustCreate: true });
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("save with mustCreate is a CreateError for a session that has a row, and changes nothing", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    session.set("userId", 7);
    await expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect((await sessions.load(session.sessionKey)).has("userId")).toBe(false);
  });

  it("save with mustCreate tries one key only", async () => {
    const { sessions } = openSessions(stores, { randomKey: keysInOrder(KEY_A, KEY_A, KEY_B) });
    await sessions.open().create();
    await expect(sessions.open().save({ mustCreate: true })).rejects.toMatchObject({
      code: "SESSION_CREATE",
      message: expect.stringContaining("the key that was drawn is taken"),
    });
  });

  it("save with mustCreate never takes an unknown key that was presented, nor one that was signed out", async () => {
    const { sessions, store } = openSessions(stores);
    await sessions.open(UNKNOWN_KEY).save({ mustCreate: true });
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(String(session.sessionKey));
    await expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect(await store.find(storedKey(session.sessionKey))).toBeUndefined();
  });

  it("a value that would not come back is a SerializationError that names its path, and nothing is written", async () => {
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

  it("calls on one object run one after another: three at once insert one row", async () => {
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

  it("a call that fails does not stop the next", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    const failing = expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    session.set("userId", 7);
    await session.save();
    await failing;
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("what is set while a save is on its way counts as modified, and is kept for the next one", async () => {
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
