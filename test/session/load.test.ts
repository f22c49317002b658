import { createSessions } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, type ShopData, START, storedKey, testClock, UNKNOWN_KEY } from "../support.ts";
import { KEY_A, KEY_FORM, openSessions } from "./open-sessions.ts";

describeEachStore("load()", (stores) => {
  it("load() of another session object gives the saved data", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.update({ userId: 7, cart: ["tea"], note: { deep: [1, null, "é\u{1F600}"] } });
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    expect(loaded.toJSON()).toEqual({ userId: 7, cart: ["tea"], note: { deep: [1, null, "é\u{1F600}"] } });
    expect([...loaded].map(([key]) => key)).toEqual(["userId", "cart", "note"]);
  });

  it("load() is idempotent: it reads once", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    const reader = sessions.open(session.sessionKey);
    await reader.load();
    session.set("userId", 7);
    await session.save();
    await reader.load();
    expect(reader.has("userId")).toBe(false);
  });

  it("load() of an unknown key drops the key, and creates no row", async () => {
    const { sessions, store } = openSessions(stores);
    const session = await sessions.load(UNKNOWN_KEY);
    expect(session.sessionKey).toBeNull();
    expect(session.isEmpty()).toBe(true);
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
  });

  it("an unknown key is never adopted: the next save() draws a new key", async () => {
    const { sessions, store } = openSessions(stores);
    const session = sessions.open(UNKNOWN_KEY);
    await session.save();
    expect(session.sessionKey).toMatch(KEY_FORM);
    expect(session.sessionKey).not.toBe(UNKNOWN_KEY);
    expect(await store.find(storedKey(UNKNOWN_KEY))).toBeUndefined();
  });

  it.each([["", "short", "UPPERCASE0", "has-a-dash0", "x".repeat(41), `sha256.${"0".repeat(64)}`]].flat())(
    "an invalid key becomes null: %j",
    (key) => {
      expect(openSessions(stores).sessions.open(key).sessionKey).toBeNull();
    },
  );

  it("a key has 8 to 40 characters", () => {
    const { sessions } = openSessions(stores);
    const lengths = [7, 8, 40, 41].filter((length) => sessions.open("a".repeat(length)).sessionKey !== null);
    expect(lengths).toEqual([8, 40]);
  });

  it("the stored form of a key opens no session", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    await session.save();
    expect((await sessions.load(storedKey(session.sessionKey))).sessionKey).toBeNull();
  });

  it("an expired row is not loaded, and its key is dropped", async () => {
    const { sessions, clock, store } = openSessions(stores, { maxAge: 60 });
    const session = sessions.open();
    await session.save();
    clock.advance(59);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBe(session.sessionKey);
    clock.advance(1);
    expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
    expect(await store.find(storedKey(session.sessionKey))).toBeDefined();
  });

  it("exists() finds expired rows too, and is false for an unknown or invalid key", async () => {
    const { sessions, clock } = openSessions(stores, { maxAge: 60 });
    const session = sessions.open();
    await session.save();
    clock.advance(61);
    expect(await sessions.open().exists(String(session.sessionKey))).toBe(true);
    expect(await sessions.open().exists(UNKNOWN_KEY)).toBe(false);
    expect(await sessions.open().exists("short")).toBe(false);
  });

  it("data that do not verify give an empty session without a key, and the next save() creates a new row", async () => {
    const { sessions, store } = openSessions(stores);
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

  it("data that were copied from another row do not verify", async () => {
    const { sessions, store } = openSessions(stores);
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

  it("hashKeys: false stores the key itself", async () => {
    const { sessions, store } = openSessions(stores, { hashKeys: false });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    expect(await store.find(String(session.sessionKey))).toBeDefined();
    expect(await store.find(storedKey(session.sessionKey))).toBeUndefined();
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("an older secret still opens a session, and the next save() signs with the first secret", async () => {
    const older = openSessions(stores);
    const session = older.sessions.open();
    session.set("userId", 7);
    await session.save();
    const newer = "another-secret-for-tests-of-32-characters";
    const both = openSessions(stores, { secret: [newer, SECRET] });
    const loaded = await both.sessions.load(session.sessionKey);
    expect(loaded.get("userId")).toBe(7);
    loaded.set("userId", 8);
    await loaded.save();
    expect((await openSessions(stores, { secret: newer }).sessions.load(session.sessionKey)).get("userId")).toBe(8);
  });

  it("flash values last until they are read, across requests", async () => {
    const { sessions } = openSessions(stores);
    const session = sessions.open();
    session.flash("notice", { text: "Saved" });
    await session.save();
    const next = await sessions.load(session.sessionKey);
    expect(next.flash("notice")).toEqual({ text: "Saved" });
    await next.save();
    expect((await sessions.load(session.sessionKey)).flash("notice")).toBeUndefined();
  });
});
