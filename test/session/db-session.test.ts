import { createSessions, type SessionEvent, type SessionsOptions } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, type ShopData, START, storedKey, TWO_WEEKS, testClock, UNKNOWN_KEY } from "../support.ts";

const KEY_FORM = /^[a-z0-9]{32}$/;

describeEachStore("DbSession", (stores) => {
  function open(options: Partial<SessionsOptions<ShopData>> = {}) {
    const clock = testClock();
    const { store } = stores();
    const sessions = createSessions<ShopData>({ store, secret: SECRET, now: clock.now, ...options });
    return { sessions, store, clock };
  }

  /** Keys as given, in order; the last one again and again. */
  const keysInOrder = (...keys: string[]) => {
    return () => (keys.length > 1 ? keys.shift() : keys[0]) as string;
  };
  const KEY_A = "a".repeat(32);
  const KEY_B = "b".repeat(32);

  it("save of a new session creates a row, under a key that the session has from then on", async () => {
    const { sessions, store } = open();
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    expect(session.sessionKey).toMatch(KEY_FORM);
    expect(session.modified).toBe(false);
    const row = await store.find(storedKey(session.sessionKey));
    expect(row?.expireDate).toEqual(new Date(START.getTime() + TWO_WEEKS * 1000));
    expect(row?.data).toMatch(/^v1\.[0-9a-f]{64}\.\{"userId":7,"_session_row":\[1893456000000,1,"[a-z0-9]{10}"\]\}$/);
  });

  it("what was saved is loaded by another session object", async () => {
    const { sessions } = open();
    const session = sessions.open();
    session.update({ userId: 7, cart: ["tea"], note: { deep: [1, null, "é\u{1F600}"] } });
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    expect(loaded.toJSON()).toEqual({ userId: 7, cart: ["tea"], note: { deep: [1, null, "é\u{1F600}"] } });
    expect([...loaded].map(([key]) => key)).toEqual(["userId", "cart", "note"]);
  });

  it("load reads once: it is idempotent", async () => {
    const { sessions } = open();
    const session = sessions.open();
    await session.save();
    const reader = sessions.open(session.sessionKey);
    await reader.load();
    session.set("userId", 7);
    await session.save();
    await reader.load();
    expect(reader.has("userId")).toBe(false);
  });

  it("load of an unknown key does not keep it, and makes no row", async () => {
    const { sessions, store } = open();
    const session = await sessions.load(UNKNOWN_KEY);
    expect(session.sessionKey).toBeNull();
    expect(session.isEmpty()).toBe(true);
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
  });

  it("an unknown key is never adopted: the save after it takes a new one", async () => {
    const { sessions, store } = open();
    const session = sessions.open(UNKNOWN_KEY);
    await session.save();
    expect(session.sessionKey).toMatch(KEY_FORM);
    expect(session.sessionKey).not.toBe(UNKNOWN_KEY);
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
  });

  it.each([["", "short", "UPPERCASE0", "has-a-dash0", "x".repeat(41), `sha256.${"0".repeat(64)}`]].flat())(
    "a key that cannot be one becomes null: %j",
    (key) => {
      expect(open().sessions.open(key).sessionKey).toBeNull();
    },
  );

  it("the stored form of a key opens nothing", async () => {
    const { sessions } = open();
    const session = sessions.open();
    await session.save();
    expect((await sessions.load(storedKey(session.sessionKey))).sessionKey).toBeNull();
  });

  it("an expired row is not loaded, and its key is not kept", async () => {
    const { sessions, clock, store } = open({ maxAge: 60 });
    const session = sessions.open();
    await session.save();
    clock.advance(59);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBe(session.sessionKey);
    clock.advance(1);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
    expect(await store.find(storedKey(session.sessionKey))).toBeDefined();
  });

  it("exists looks at the row alone, expired or not, and asks nothing for what cannot be a key", async () => {
    const { sessions, clock } = open({ maxAge: 60 });
    const session = sessions.open();
    await session.save();
    clock.advance(61);
    expect(await sessions.open().exists(String(session.sessionKey))).toBe(true);
    expect(await sessions.open().exists(UNKNOWN_KEY)).toBe(false);
    expect(await sessions.open().exists("short")).toBe(false);
  });

  it("create makes an empty row under a new key at once", async () => {
    const { sessions } = open();
    const session = sessions.open();
    await session.create();
    expect(session.sessionKey).toMatch(KEY_FORM);
    expect((await sessions.load(session.sessionKey)).keys()).toEqual([]);
  });

  it("create of a session that has a row makes another, with its data, and leaves the first", async () => {
    const { sessions } = open();
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
    const { sessions } = open();
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = sessions.open(session.sessionKey);
    await other.create();
    expect(other.keys()).toEqual([]);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("create takes a new key when the first is taken, and leaves the other session as it was", async () => {
    const { sessions } = open({ randomKey: keysInOrder(KEY_A, KEY_A, KEY_A, KEY_B) });
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
    const { sessions } = open({ randomKey });
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

  it("save updates the row: set, deleted and untouched keys", async () => {
    const { sessions } = open();
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
    const { sessions } = open();
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
    const { sessions } = open();
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
    const { sessions, clock, store } = open({ maxAge: 60 });
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
    const { sessions } = open();
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = sessions.open(session.sessionKey);
    await other.save();
    expect(other.get("userId")).toBe(7);
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("save when the row is gone is an UpdateError, and makes no row", async () => {
    const { sessions, store } = open();
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
    const { sessions } = open();
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(String(session.sessionKey));
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });

  it("save and cycleKey never revive a row that has expired since it was read", async () => {
    const { sessions, clock } = open({ maxAge: 60 });
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
    const { sessions } = open();
    const session = sessions.open();
    session.set("userId", 7);
    await session.save({ mustCreate: true });
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("save with mustCreate is a CreateError for a session that has a row, and changes nothing", async () => {
    const { sessions } = open();
    const session = sessions.open();
    await session.save();
    session.set("userId", 7);
    await expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect((await sessions.load(session.sessionKey)).has("userId")).toBe(false);
  });

  it("save with mustCreate tries one key only", async () => {
    const { sessions } = open({ randomKey: keysInOrder(KEY_A, KEY_A, KEY_B) });
    await sessions.open().create();
    await expect(sessions.open().save({ mustCreate: true })).rejects.toMatchObject({
      code: "SESSION_CREATE",
      message: expect.stringContaining("the key that was drawn is taken"),
    });
  });

  it("save with mustCreate never takes an unknown key that was presented, nor one that was signed out", async () => {
    const { sessions, store } = open();
    await sessions.open(UNKNOWN_KEY).save({ mustCreate: true });
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(String(session.sessionKey));
    await expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect(await store.find(storedKey(session.sessionKey))).toBeUndefined();
  });

  it("clear before loading and save replaces everything, and keeps the key", async () => {
    const { sessions } = open();
    const session = sessions.open();
    session.update({ userId: 7, cart: ["tea"] });
    await session.save();
    const other = sessions.open(session.sessionKey);
    other.clear();
    other.set("note", "new");
    await other.save();
    expect(other.sessionKey).toBe(session.sessionKey);
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({ note: "new" });
  });

  it("clear while the row is being loaded is not undone by what was in it", async () => {
    const { sessions, store } = open();
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const other = sessions.open(session.sessionKey);
    const find = store.find.bind(store);
    store.find = async (key) => {
      const row = await find(key);
      other.clear();
      return row;
    };
    await other.load();
    expect(other.keys()).toEqual([]);
    store.find = find;
    await other.save();
    expect((await sessions.load(session.sessionKey)).toJSON()).toEqual({});
  });

  it("clear before loading, and save, is an UpdateError if the row is unknown, expired or does not verify", async () => {
    const events: SessionEvent[] = [];
    const { sessions, store, clock } = open({ onEvent: (event) => events.push(event) });
    const tampered = { key: storedKey(KEY_A), data: "rubbish", expireDate: new Date("2031-01-01") };
    const expired = { key: storedKey(KEY_B), data: "", expireDate: clock.now() };
    for (const row of [tampered, expired]) await store.insert(row);
    for (const key of [UNKNOWN_KEY, KEY_A, KEY_B]) {
      const session = sessions.open(key);
      session.clear();
      await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
      expect(session.sessionKey).toBe(key);
    }
    expect(events.map(({ type }) => type)).toEqual(["unknownKey", "suspicious", "ended"]);
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
    expect(await store.find(tampered.key)).toMatchObject({ data: "rubbish" });
    expect(await store.find(expired.key)).toMatchObject({ expireDate: clock.now() });
  });

  it("clear removes an own expiry and flash values too", async () => {
    const { sessions } = open();
    const session = sessions.open();
    session.setExpiry(60);
    session.flash("notice", "Saved");
    await session.save();
    session.clear();
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    expect(loaded.getExpiryAge()).toBe(TWO_WEEKS);
    expect(loaded.flash("notice")).toBeUndefined();
  });

  it("destroy(sessionKey) deletes that row and changes nothing else; a missing row is no error", async () => {
    const { sessions } = open();
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
    const { sessions } = open();
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const key = session.sessionKey;
    await session.destroy();
    expect([session.sessionKey, session.isEmpty()]).toEqual([null, true]);
    expect((await sessions.load(key)).sessionKey).toBeNull();
    await sessions.open().destroy();
  });

  it.each([undefined, null])("destroy(%s) is a TypeError, and deletes nothing", async (missing) => {
    const { sessions } = open();
    const session = sessions.open();
    await session.save();
    await expect(session.destroy(missing as unknown as string)).rejects.toThrow(
      new TypeError("destroy(): the session key is missing. To sign out, call `flush()`."),
    );
    expect((await sessions.load(session.sessionKey)).sessionKey).toBe(session.sessionKey);
  });

  it("flush deletes the row and forgets data and key, and counts as access and modification", async () => {
    const { sessions } = open();
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

  it("flush needs no loading, and a save after it makes a session of its own", async () => {
    const { sessions } = open();
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

  it("flush of a session without a key does nothing to the table", async () => {
    const { sessions } = open();
    const session = sessions.open();
    session.set("userId", 7);
    const other = sessions.open();
    await other.save();
    await session.flush();
    expect(session.isEmpty()).toBe(true);
    expect((await sessions.load(other.sessionKey)).sessionKey).toBe(other.sessionKey);
  });

  it("what is set while flush is on its way is the next session's; a flush that fails leaves all as it was", async () => {
    const { sessions, store } = open();
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

  it("cycleKey moves the row to a new key, with its data and what was not saved yet; the old key opens nothing", async () => {
    const { sessions } = open();
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

  it("cycleKey counts as access", async () => {
    const { sessions } = open();
    const session = sessions.open();
    await session.cycleKey();
    expect(session.accessed).toBe(true);
  });

  it("a key has 8 to 40 characters", () => {
    const { sessions } = open();
    const lengths = [7, 8, 40, 41].filter((length) => sessions.open("a".repeat(length)).sessionKey !== null);
    expect(lengths).toEqual([8, 40]);
  });

  it("cycleKey of a session without a key creates one; of an unloaded one it loads first", async () => {
    const { sessions } = open();
    const session = sessions.open();
    session.set("userId", 7);
    await session.cycleKey();
    const other = sessions.open(session.sessionKey);
    await other.cycleKey();
    expect((await sessions.load(other.sessionKey)).get("userId")).toBe(7);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("cycleKey draws again when the new key is taken", async () => {
    const { sessions } = open({ randomKey: keysInOrder(KEY_A, KEY_B, KEY_A, "c".repeat(32)) });
    const [first, second] = [sessions.open(), sessions.open()];
    await first.create();
    await second.create();
    await second.cycleKey();
    expect(second.sessionKey).toBe("c".repeat(32));
    expect((await sessions.load(KEY_A)).sessionKey).toBe(KEY_A);
    expect((await sessions.load(KEY_B)).sessionKey).toBeNull();
  });

  it("cycleKey gives up after 100 keys with a CreateError, and the row keeps its key", async () => {
    const { sessions } = open({ randomKey: keysInOrder(KEY_A, KEY_B, KEY_A) });
    await sessions.open().create();
    const session = sessions.open();
    await session.create();
    await expect(session.cycleKey()).rejects.toMatchObject({ code: "SESSION_CREATE" });
    expect(session.sessionKey).toBe(KEY_B);
    expect((await sessions.load(KEY_B)).sessionKey).toBe(KEY_B);
  });

  it("cycleKey when the row is gone is an UpdateError, and makes no row", async () => {
    const { sessions, store } = open({ randomKey: keysInOrder(KEY_A, KEY_B) });
    const session = sessions.open();
    await session.save();
    await sessions.open().destroy(KEY_A);
    await expect(session.cycleKey()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(session.sessionKey).toBe(KEY_A);
    expect(await store.find(storedKey(KEY_A))).toBeUndefined();
    expect(await store.find(storedKey(KEY_B))).toBeUndefined();
  });

  it("calls on one object run one after another: three at once insert one row", async () => {
    const { sessions, store } = open();
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
    const { sessions } = open();
    const session = sessions.open();
    await session.save();
    const failing = expect(session.save({ mustCreate: true })).rejects.toMatchObject({ code: "SESSION_CREATE" });
    session.set("userId", 7);
    await session.save();
    await failing;
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("what is set while a save is on its way counts as modified, and is kept for the next one", async () => {
    const { sessions, store } = open();
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

  it("flash values last until they are read, across requests", async () => {
    const { sessions } = open();
    const session = sessions.open();
    session.flash("notice", { text: "Saved" });
    await session.save();
    const next = await sessions.load(session.sessionKey);
    expect(next.flash("notice")).toEqual({ text: "Saved" });
    await next.save();
    expect((await sessions.load(session.sessionKey)).flash("notice")).toBeUndefined();
  });

  it("data that does not verify gives an empty session without a key; the row stays, and a save starts a new one", async () => {
    const { sessions, store } = open();
    const key = KEY_A;
    const row = { key: storedKey(key), data: `v1.${"0".repeat(64)}.{"userId":1}`, expireDate: new Date("2031-01-01") };
    await store.insert(row);
    const quiet = createSessions<ShopData>({ store, secret: SECRET, now: testClock().now, onEvent: () => {} });
    const session = await quiet.load(key);
    expect(session.sessionKey).toBeNull();
    expect(session.keys()).toEqual([]);
    session.set("userId", 7);
    await session.save();
    expect(session.sessionKey).not.toBe(key);
    expect(await store.find(row.key)).toEqual({ data: row.data, expireDate: row.expireDate });
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("flush ends a session whose data does not verify, here", async () => {
    const { sessions } = open();
    const session = sessions.open();
    await session.save();
    const elsewhere = open({ secret: SECRET.toUpperCase(), onEvent: () => {} });
    await (await elsewhere.sessions.load(session.sessionKey)).flush();
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
  });

  it("a row's data under another key is refused", async () => {
    const { sessions, store } = open();
    const admin = sessions.open();
    admin.set("userId", 1);
    await admin.save();
    const theirs = await store.find(storedKey(admin.sessionKey));
    const mine = sessions.open();
    await mine.save();
    const { data = "" } = (await store.find(storedKey(mine.sessionKey))) ?? {};
    const copied = { data: theirs?.data ?? "", expireDate: new Date("2031-01-01") };
    expect(await store.update(storedKey(mine.sessionKey), { liveAt: START, data }, copied)).toBe("updated");
    const quiet = createSessions<ShopData>({ store, secret: SECRET, now: testClock().now, onEvent: () => {} });
    expect((await quiet.load(mine.sessionKey)).isEmpty()).toBe(true);
  });

  it("hashKeys: false keeps the key itself in the table", async () => {
    const { sessions, store } = open({ hashKeys: false });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    expect(await store.find(String(session.sessionKey))).toBeDefined();
    expect(await store.find(storedKey(session.sessionKey))).toBeUndefined();
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("an older secret still opens a session, and the next change moves it to the first", async () => {
    const older = open();
    const session = older.sessions.open();
    session.set("userId", 7);
    await session.save();
    const newer = "another-secret-for-tests-of-32-characters";
    const both = open({ secret: [newer, SECRET] });
    const loaded = await both.sessions.load(session.sessionKey);
    expect(loaded.get("userId")).toBe(7);
    loaded.set("userId", 8);
    await loaded.save();
    expect((await open({ secret: newer }).sessions.load(session.sessionKey)).get("userId")).toBe(8);
  });

  it("a value that would not come back is a SerializationError that names its path, and nothing is written", async () => {
    const { sessions } = open();
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
});
