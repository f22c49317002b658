import {
  type Codec,
  createSessions,
  encryptedJson,
  plainJson,
  type SessionEvent,
  type SessionStore,
  type SessionsOptions,
  signedJson,
} from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { CODECS } from "../codec/support.ts";
import { describeEachDatabase } from "../databases/index.ts";
import { describeEachStore, type TestStores } from "../stores.ts";
import { memorySessions, SECRET as OLD, type ShopData, storedKey, testClock } from "../support.ts";

const NEW = "the-next-secret-for-tests-of-32-characters-or-more";
const NEWEST = "the-one-after-it-for-tests-of-32-characters-or-more";
/** During the rotation. */
const BOTH = [NEW, OLD];

/** A codec of a user's own: it knows the secrets through `derive` only, and has no unique prefix. */
const ownCodec: Codec = {
  encode: (text, { secrets, storedKey }) =>
    `${Buffer.from(secrets.derive("own")[0]).toString("hex")}:${storedKey}:${text}`,
  decode(data, { secrets, storedKey }) {
    const known = secrets.derive("own").map((key) => `${Buffer.from(key).toString("hex")}:${storedKey}:`);
    const beginning = known.find((each) => data.startsWith(each));
    return beginning && data.slice(beginning.length);
  },
};

for (const [name, codec] of [...CODECS, ["a codec of one's own", ownCodec] as const]) {
  describeEachStore(`A new secret, with ${name},`, (stores) => rotation(stores, codec));
}

function rotation(stores: () => TestStores, codec: Codec) {
  /** A session that was saved with the old secret, as it is once the new one comes first. */
  async function rotated(options: Partial<SessionsOptions<ShopData>> = {}) {
    const { store: shared, otherStore } = stores();
    const store = counting(shared);
    const clock = testClock();
    const events: SessionEvent[] = [];
    const common = { codec, now: clock.now, refreshAfter: 60, onEvent: (event: SessionEvent) => events.push(event) };
    const by = (secret: string | string[], table: SessionStore = otherStore) =>
      createSessions<ShopData>({ store: table, ...common, ...options, secret });
    const session = by(OLD).open();
    session.update({ userId: 7, cart: ["tea"] });
    await session.save();
    const key = session.sessionKey as string;
    const me = await by(BOTH, store).load(key);
    clock.advance(100);
    events.length = 0;
    store.updates.length = 0;
    const row = async () => (await otherStore.find(storedKey(key))) as { data: string; expireDate: Date };
    /** What the session holds for those who know this secret alone: nothing, and a warning, if it is not its. */
    const opened = async (secret: string) => (await by(secret).load(key)).toJSON();
    return { by, me, key, store, otherStore, clock, events, row, opened };
  }
  const CART = { userId: 7, cart: ["tea"] };

  it("opens what the old one wrote, and writes nothing for that", async () => {
    const { me, store, opened, events } = await rotated();
    expect(me.toJSON()).toEqual(CART);
    expect(store.updates).toEqual([]);
    expect(await opened(OLD)).toEqual(CART);
    expect(await opened(NEW)).toEqual({});
    expect(events.map(({ type }) => type)).toEqual(["loaded", "suspicious"]);
  });

  it("a save that changed nothing moves the session, with one UPDATE of data and expiry", async () => {
    const { me, store, clock, row, opened, events } = await rotated();
    await me.save();
    expect(store.updates).toEqual([["data", "expireDate"]]);
    expect(me.modified).toBe(false);
    expect((await row()).expireDate).toEqual(new Date(clock.now().getTime() + 1_209_600_000));
    expect(await opened(NEW)).toEqual(CART);
    expect(await opened(OLD)).toEqual({});
    expect(events.map(({ type }) => type)).toEqual(["saved", "loaded", "suspicious"]);
  });

  it("does so once: the next save that changes nothing writes the expiry alone", async () => {
    const { me, by, key, store, row } = await rotated();
    await me.save();
    const { data } = await row();
    store.updates.length = 0;
    await me.save();
    await (await by(BOTH, store).load(key)).save();
    expect(store.updates).toEqual([["expireDate"], ["expireDate"]]);
    expect((await row()).data).toBe(data);
  });

  it("a save of a change and a cycled key move it too", async () => {
    const { me, by, store, opened } = await rotated();
    me.set("userId", 8);
    await me.save();
    expect(store.updates).toEqual([["data", "expireDate"]]);
    expect(await opened(NEW)).toEqual({ ...CART, userId: 8 });
    const another = await rotated();
    await another.me.cycleKey();
    expect((await by(NEW).load(another.me.sessionKey)).toJSON()).toEqual(CART);
  });

  it("a refresh that is due moves it, with one UPDATE, and leaves for the save what was not saved yet", async () => {
    const { me, store, clock, row, opened, events } = await rotated();
    me.set("note", "unsaved");
    expect(await me.refresh()).toBe(true);
    expect(store.updates).toEqual([["data", "expireDate"]]);
    expect(events.map(({ type }) => type)).toEqual(["refreshed"]);
    expect((await row()).expireDate).toEqual(new Date(clock.now().getTime() + 1_209_600_000));
    expect(await opened(NEW)).toEqual(CART);
    expect(await opened(OLD)).toEqual({});
    await me.save();
    expect(await opened(NEW)).toEqual({ ...CART, note: "unsaved" });
  });

  it("the refresh after that, and one that is not due, write no data", async () => {
    const { me, by, key, store, clock } = await rotated();
    await me.refresh();
    store.updates.length = 0;
    expect(await me.refresh()).toBe(false);
    expect(store.updates).toEqual([]);
    clock.advance(100);
    expect(await me.refresh()).toBe(true);
    clock.advance(100);
    expect(await (await by(BOTH, store).load(key)).refresh()).toBe(true);
    expect(store.updates).toEqual([["expireDate"], ["expireDate"]]);
  });

  it("without a rotation a save that changed nothing and a refresh write the expiry alone, and decode nothing", async () => {
    let decodes = 0;
    const watched: Codec = {
      ...codec,
      decode: (...args) => {
        decodes++;
        return codec.decode(...args);
      },
    };
    const { by, key, store, clock } = await rotated({ codec: watched });
    const me = await by([OLD], store).load(key);
    decodes = 0;
    await me.save();
    expect(decodes).toBe(0);
    clock.advance(100);
    await me.refresh();
    expect(decodes).toBe(0);
    expect(store.updates).toEqual([["expireDate"], ["expireDate"]]);
  });

  it("the old one first and the new one second, as before a rotation on many servers: reads both, writes the old", async () => {
    const { by, key, me, opened } = await rotated();
    await me.save();
    const before = await by([OLD, NEW]).load(key);
    expect(before.toJSON()).toEqual(CART);
    await before.save();
    expect(await opened(OLD)).toEqual(CART);
  });

  it("three secrets: the last still opens, and the first writes", async () => {
    const { by, key, opened } = await rotated();
    const session = await by([NEWEST, NEW, OLD]).load(key);
    expect(session.toJSON()).toEqual(CART);
    await session.save();
    expect(await opened(NEWEST)).toEqual(CART);
    expect(await opened(NEW)).toEqual({});
  });

  it("a save that only moves the session loses nothing of what they changed meanwhile", async () => {
    const { me, by, key, opened, events } = await rotated();
    const they = await by(OLD).load(key);
    they.set("note", "theirs");
    await they.save();
    events.length = 0;
    await me.save();
    expect(me.get("note")).toBe("theirs");
    expect(await opened(NEW)).toEqual({ ...CART, note: "theirs" });
    expect(events.map(({ type }) => type)).toEqual(["saved", "loaded"]);
  });

  it("changes of two servers, of which one does not know the rotation yet, both survive", async () => {
    const { me, by, key, opened } = await rotated();
    const they = await by(OLD).load(key);
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.save();
    expect(await opened(NEW)).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it("changes of two servers that both move the session survive, and so does the move", async () => {
    const { me, by, key, opened } = await rotated();
    const they = await by(BOTH).load(key);
    await they.save();
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.save();
    expect(await opened(NEW)).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it("a refresh that only moves the session writes nothing over what they changed meanwhile", async () => {
    const { me, by, key, opened } = await rotated();
    const they = await by(OLD).load(key);
    they.set("note", "theirs");
    await they.save();
    expect(await me.refresh()).toBe(false);
    expect(await opened(OLD)).toEqual({ ...CART, note: "theirs" });
  });

  it.each(["error", "overwrite"] as const)(
    'onConflict "%s": a save that only moves the session is no conflict, and replaces nothing',
    async (onConflict) => {
      const { me, by, key, opened } = await rotated({ onConflict });
      const they = await by(BOTH).load(key);
      they.set("note", "theirs");
      await they.save();
      await me.save();
      expect(await opened(NEW)).toEqual({ ...CART, note: "theirs" });
    },
  );

  it("never brings back a session that they ended", async () => {
    const { me, by, key, otherStore } = await rotated();
    await (await by(OLD).load(key)).flush();
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await me.refresh()).toBe(false);
    expect(await otherStore.find(storedKey(key))).toBeUndefined();
  });

  it("keeps the expiry that was set for it, and the time when it began", async () => {
    const { by, clock } = await rotated({ absoluteMaxAge: 1000 });
    const session = by(OLD).open();
    session.setExpiry(600);
    await session.save();
    clock.advance(500);
    const moved = await by(BOTH).load(session.sessionKey);
    expect(await moved.refresh()).toBe(true);
    const loaded = await by(NEW).load(moved.sessionKey);
    expect(loaded.getExpiryAge()).toBe(500);
    clock.advance(499);
    expect((await by(NEW).load(moved.sessionKey)).sessionKey).toBe(moved.sessionKey);
    clock.advance(1);
    expect((await by(NEW).load(moved.sessionKey)).sessionKey).toBeNull();
  });

  it("an UPDATE that was carried out although its connection was lost counts as done", async () => {
    const { me, store, opened } = await rotated();
    const update = store.update.bind(store);
    store.update = async (...args) => {
      await update(...args);
      throw new Error("connection lost");
    };
    await me.save();
    store.update = update;
    expect(await opened(NEW)).toEqual(CART);
  });

  it("once the old one is gone, what it wrote counts as suspicious: the row stays, and a save starts a new session", async () => {
    const { by, key, row, events } = await rotated();
    const before = await row();
    const session = await by(NEW).load(key);
    expect([session.isEmpty(), session.sessionKey]).toEqual([true, null]);
    expect(events.map(({ type }) => type)).toEqual(["suspicious"]);
    await session.save();
    expect(session.sessionKey).not.toBe(key);
    expect(await row()).toEqual(before);
  });
}

describeEachDatabase("A new secret", (db) => {
  const session = () => {
    let time = Date.now();
    const by = (secret: string | string[]) =>
      createSessions<ShopData>({
        store: db().store(),
        secret,
        refreshAfter: 60,
        now: () => new Date(time),
        onEvent: () => {},
      });
    return { by, later: () => (time += 100_000) };
  };

  it.each(["save", "refresh"] as const)(
    "%s moves the session with one statement, and the next writes the expiry alone",
    async (verb) => {
      const { by, later } = session();
      const old = by(OLD).open();
      old.set("userId", 7);
      await old.save();
      later();
      const me = await by(BOTH).load(old.sessionKey);
      for (const columns of [
        /^UPDATE.* SET [^,]*data[^,]*, [^,]*expire_date[^,]* WHERE /,
        /^UPDATE.* SET [^,]*expire_date[^,]* WHERE /,
      ]) {
        db().queries.length = 0;
        await me[verb]();
        expect(db().queries).toEqual([expect.stringMatching(columns)]);
        later();
      }
      expect((await by(NEW).load(old.sessionKey)).get("userId")).toBe(7);
      expect((await by(OLD).load(old.sessionKey)).sessionKey).toBeNull();
    },
  );
});

describe("From one codec to another", () => {
  /** As the docs say. */
  const either = (next: Codec, before: Codec): Codec => ({
    encode: next.encode,
    decode: (text, context) => next.decode(text, context) ?? before.decode(text, context),
  });

  it.each(
    CODECS.flatMap(([from, before]) =>
      CODECS.filter(([to]) => to !== from).map(([to, next]) => ({ from, to, before, next })),
    ),
  )(
    "$from to $to: what changes moves, nothing is lost, and a new secret at once moves all else",
    async ({ before, next }) => {
      const { sessions, store } = memorySessions({ codec: before });
      const by = (codec: Codec, secret: string | string[] = OLD) => memorySessions({ store, codec, secret }).sessions;
      const [one, two] = [sessions.open(), sessions.open()];
      for (const session of [one, two]) {
        session.set("userId", 7);
        await session.save();
      }
      const codec = either(next, before);
      const changed = await by(codec).load(one.sessionKey);
      changed.set("note", "new");
      await changed.save();
      expect((await by(next).load(one.sessionKey)).toJSON()).toEqual({ userId: 7, note: "new" });

      const same = await by(codec).load(two.sessionKey);
      await same.save();
      expect((await by(before).load(two.sessionKey)).toJSON()).toEqual({ userId: 7 });
      const moved = await by(codec, BOTH).load(two.sessionKey);
      await moved.save();
      expect((await by(next, NEW).load(two.sessionKey)).toJSON()).toEqual({ userId: 7 });
      expect((await by(before, BOTH).load(two.sessionKey)).sessionKey).toBeNull();
    },
  );

  it("back again, for servers that run the version before: each opens what both write", async () => {
    const { store } = memorySessions();
    const by = (codec: Codec) => memorySessions({ store, codec }).sessions;
    const [next, before] = [either(encryptedJson(), signedJson()), either(signedJson(), encryptedJson())];
    const session = by(before).open();
    session.set("userId", 0);
    await session.save();
    for (let i = 1; i <= 4; i++) {
      const each = await by(i % 2 ? next : before).load(session.sessionKey);
      expect(each.get("userId")).toBe(i - 1);
      each.set("userId", i);
      await each.save();
    }
    expect((await by(plainJson()).load(session.sessionKey)).sessionKey).toBeNull();
  });
});

/** Remembers what each UPDATE wrote. */
function counting(store: SessionStore) {
  const updates: string[][] = [];
  return {
    ...store,
    updates,
    update: (...args: Parameters<SessionStore["update"]>) => {
      updates.push(
        Object.keys(args[2])
          .filter((name) => name !== "columns")
          .sort(),
      );
      return store.update(...args);
    },
  };
}
