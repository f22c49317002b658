import type { SessionEvent } from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { KEY_A, KEY_B, openSessions } from "./open-sessions.ts";

describeEachStore("clear()", (stores) => {
  it("clear() before loading, then save(), replaces all data and keeps the key", async () => {
    const { sessions } = openSessions(stores);
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

  it("clear() during a load() is not undone by the loaded data", async () => {
    const { sessions, store } = openSessions(stores);
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

  it("clear() before loading, then save(), throws UpdateError if the row is unknown, expired or does not verify", async () => {
    const events: SessionEvent[] = [];
    const { sessions, store, clock } = openSessions(stores, { onEvent: (event) => events.push(event) });
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

  it("clear() also removes the session's own expiry and flash values", async () => {
    const { sessions } = openSessions(stores);
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
});
