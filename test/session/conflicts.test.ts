import { type Codec, createSessions, type SessionEvent, type SessionsOptions } from "prisma-db-session";
import { expect, it, vi } from "vitest";
import { CODECS } from "../codec/support.ts";
import { describeEachStore, type TestStores } from "../stores.ts";
import { gate, memorySessions, SECRET, type ShopData, storedKey, testClock } from "../support.ts";

for (const [name, codec] of CODECS) {
  describeEachStore(`Two requests at once, with ${name},`, (stores) => twoRequestsAtOnce(stores, codec));
}

// Two actors on one session, each with a database connection of its own. "They" are always one step ahead.
function twoRequestsAtOnce(stores: () => TestStores, codec: Codec) {
  async function twoActors(options: Partial<SessionsOptions<ShopData>> = {}) {
    const { store: shared, otherStore } = stores();
    const store = { ...shared }; // of my own, so that a test can put something between me and the table
    const clock = testClock();
    const events: SessionEvent[] = [];
    const common = { secret: SECRET, codec, now: clock.now, ...options };
    const mine = createSessions<ShopData>({ store, onEvent: (event) => events.push(event), ...common });
    const theirs = createSessions<ShopData>({ store: otherStore, ...common });
    const session = mine.open();
    session.update({ userId: 7, cart: ["tea"] });
    await session.save();
    const key = session.sessionKey as string;
    events.length = 0;
    const [me, they] = [await mine.load(key), await theirs.load(key)];
    return { mine, theirs, me, they, key, clock, store, events, read: async () => (await mine.load(key)).toJSON() };
  }

  it("changes to different keys both survive", async () => {
    const { me, they, read, events } = await twoActors();
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
    expect(me.get("note")).toBe("theirs");
    expect(events.map(({ type }) => type)).toEqual(["loaded", "merged", "saved", "loaded"]);
  });

  it("a value that I hold on to is still the session's after a merge, unless they changed it", async () => {
    const { me, they, read } = await twoActors();
    const cart = me.get("cart");
    they.set("note", "theirs");
    await they.save();
    await me.save();
    cart?.push("milk");
    they.set("note", "theirs again");
    await they.save();
    me.set("userId", 8);
    await me.save();
    cart?.push("bread");
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea", "milk", "bread"], note: "theirs again" });
  });

  it("of changes to the same key, the last wins", async () => {
    const { me, they, read } = await twoActors();
    they.set("userId", 1);
    me.set("userId", 2);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 2, cart: ["tea"] });
  });

  it("of changes to the same key the last wins, also if they wrote the same value in between", async () => {
    const { me, they, store, read } = await twoActors();
    they.set("note", "same");
    await they.save();
    me.update({ userId: 8, note: "same" });
    const update = store.update.bind(store);
    let updates = 0;
    store.update = async (...args) => {
      if (++updates === 2) {
        they.set("note", "theirs");
        await they.save();
      }
      return update(...args);
    };
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "same" });
    expect(updates).toBe(3);
  });

  it("a key that one deleted and the other left alone stays deleted, both ways", async () => {
    const { me, they, read } = await twoActors();
    they.delete("cart");
    me.delete("userId");
    await they.save();
    await me.save();
    expect(await read()).toEqual({});
  });

  it.each(["TEA", "téa", "tea ", "te\u00ADa"])(
    "a change to %j, which a collation may take for what was there, is a change all the same",
    async (tea) => {
      const { me, they, read } = await twoActors();
      they.set("cart", [tea]);
      me.set("userId", 8);
      await they.save();
      await me.save();
      expect(await read()).toEqual({ userId: 8, cart: [tea] });
    },
  );

  it("a save that changed nothing has no conflict, and loses nothing of theirs", async () => {
    const { me, they, read, events } = await twoActors();
    they.set("note", "theirs");
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    expect(events.map(({ type }) => type)).not.toContain("merged");
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it("a save that changed nothing does not put back the expiry that they replaced", async () => {
    const { me, they, store, key, clock } = await twoActors();
    they.setExpiry(60);
    await they.save();
    await me.save();
    expect((await store.find(storedKey(key)))?.expireDate).toEqual(new Date(clock.now().getTime() + 60_000));
  });

  it("a save after clear() replaces what they wrote", async () => {
    const { me, they, read, events } = await twoActors();
    they.set("note", "theirs");
    me.clear();
    me.set("userId", 9);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 9 });
    expect(events.map(({ type }) => type)).toContain("overwritten");
  });

  it("they clear: what I have changed is merged back into the row, and what I have only read is not", async () => {
    const { me, they, read } = await twoActors();
    me.set("userId", 8);
    they.clear();
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8 });
  });

  it("a save after clear() replaces the row, also if it changes between two attempts", async () => {
    const { me, they, store, read } = await twoActors();
    const update = store.update.bind(store);
    let first = true;
    store.update = async (...args) => {
      if (!first) return update(...args);
      first = false;
      they.set("note", "theirs");
      await they.save();
      return "unmatched";
    };
    me.clear();
    me.set("userId", 9);
    await me.save();
    expect(await read()).toEqual({ userId: 9 });
  });

  it("after a clear() whose save failed, the next save replaces the row", async () => {
    const { me, they, store, read } = await twoActors();
    const update = store.update.bind(store);
    store.update = () => Promise.reject(new Error("connection lost"));
    me.clear();
    await expect(me.save()).rejects.toThrow("connection lost");
    store.update = update;
    they.set("note", "theirs");
    await they.save();
    await me.save();
    expect(await read()).toEqual({});
  });

  it("a value that was merged before a save failed does not count as my change at the next save", async () => {
    const { me, they, store, read } = await twoActors();
    const update = store.update.bind(store);
    they.set("note", "theirs");
    await they.save();
    let tries = 0;
    store.update = (...args) =>
      [2, 3].includes(++tries) ? Promise.reject(new Error("connection lost")) : update(...args);
    me.set("userId", 8);
    await expect(me.save()).rejects.toThrow("connection lost");
    they.delete("note");
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
  });

  it("a row that changes before every attempt ends in a ConflictError, and my change is not lost", async () => {
    const { me, they, store } = await twoActors();
    const update = store.update.bind(store);
    let updates = 0;
    store.update = async (...args) => {
      they.set("userId", ++updates);
      await they.save();
      return update(...args);
    };
    me.set("note", "mine");
    const random = vi.spyOn(Math, "random").mockReturnValue(0); // the waits are not what this is about
    const work = me.save();
    await expect(work).rejects.toMatchObject({
      code: "SESSION_CONFLICT",
      message: expect.stringMatching(/kept changing/),
    });
    random.mockRestore();
    expect(updates).toBe(100);
    expect(me.get("note")).toBe("mine");
  });

  it("an UPDATE of the expiry that was there already counts as applied, where a driver counts no row for it", async () => {
    const { me, store, events } = await twoActors();
    me.setExpiry(new Date("2030-01-10"));
    await me.save();
    const update = store.update.bind(store);
    let updates = 0;
    store.update = async (...args) => {
      updates++;
      await update(...args);
      return "unmatched";
    };
    await me.save();
    expect([updates, events.map(({ type }) => type)]).toEqual([1, ["loaded", "saved", "saved"]]);
  });

  it("an own expiry of theirs survives a merge", async () => {
    const { me, they, mine, key } = await twoActors();
    they.setExpiry(60);
    me.set("userId", 8);
    await they.save();
    await me.save();
    const loaded = await mine.load(key);
    expect([loaded.getExpiryAge(), loaded.get("userId")]).toEqual([60, 8]);
  });

  it("twelve saves of different keys, all at once, are all kept", async () => {
    const { mine, theirs, key, read } = await twoActors();
    const actors = await Promise.all(Array.from({ length: 12 }, (_, i) => (i % 2 ? mine : theirs).load(key)));
    await Promise.all(
      actors.map((actor, i) => {
        actor.set(`key${i}`, i);
        return actor.save();
      }),
    );
    expect(Object.keys(await read())).toHaveLength(14);
  });

  it("a hundred saves of different keys in one process queue up, and so conflict once each", async () => {
    const { mine, theirs, key, store, read } = await twoActors();
    const loaded = await Promise.all(Array.from({ length: 100 }, () => mine.load(key)));
    const they = await theirs.load(key);
    they.set("note", "theirs");
    await they.save();
    const update = store.update.bind(store);
    let updates = 0;
    store.update = (...args) => {
      updates++;
      return update(...args);
    };
    await Promise.all(
      loaded.map((session, i) => {
        session.set(`key${i}`, i);
        return session.save();
      }),
    );
    expect(Object.keys(await read())).toHaveLength(103);
    expect(updates, "one that conflicts and one that is applied").toBe(200);
  });

  it("saves that hang on a dead connection do not block other saves", async () => {
    const { mine, they, store, key, read } = await twoActors();
    const requests = await Promise.all(Array.from({ length: 3 }, () => mine.load(key)));
    they.set("note", "theirs");
    await they.save();
    const find = store.find.bind(store);
    const allHang = gate();
    let hanging = 0;
    store.find = async (...args) => {
      if (++hanging === requests.length) allHang.open();
      await allHang.opened;
      return find(...args);
    };
    const saves = requests.map((request, i) => {
      request.set(`key${i}`, i);
      return request.save();
    });
    // None of them would answer before all of them have asked: the test would not end.
    await Promise.all(saves);
    store.find = find;
    expect(Object.keys(await read())).toHaveLength(6);
  });

  it('an UPDATE that never matches ends in a ConflictError that says so with "overwrite" too', async () => {
    const { me, store } = await twoActors({ onConflict: "overwrite" });
    store.update = async () => "unmatched";
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ message: expect.stringMatching(/no UPDATE matches it/) });
  });

  it("they sign out: my save is an UpdateError, and the session stays gone", async () => {
    const { me, they, store, key } = await twoActors();
    await they.flush();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toBeUndefined();
  });

  it("they cycle the key: my save under the old one is an UpdateError", async () => {
    const { me, they, key, store, mine } = await twoActors();
    await they.cycleKey();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toBeUndefined();
    expect((await mine.load(they.sessionKey)).get("userId")).toBe(7);
  });

  it("I cycle the key: what they saved meanwhile comes along", async () => {
    const { me, they, mine } = await twoActors();
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.cycleKey();
    expect((await mine.load(me.sessionKey)).toJSON()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it("both cycle the key: one wins, and there is one row", async () => {
    const { me, they, mine, key } = await twoActors();
    const outcomes = await Promise.allSettled([me.cycleKey(), they.cycleKey()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [winner, loser] = outcomes[0]?.status === "fulfilled" ? [me, they] : [they, me];
    expect((await mine.load(winner.sessionKey)).get("userId")).toBe(7);
    expect(loser.sessionKey).toBe(key);
    expect((await mine.load(key)).sessionKey).toBeNull();
  });

  it("they sign out: my flush, and my destroy of the same key, are no errors", async () => {
    const { me, they, key } = await twoActors();
    await they.flush();
    await me.destroy(key);
    await me.flush();
    expect(me.isEmpty()).toBe(true);
  });

  it('onConflict "error": a ConflictError, nothing written, my change still there', async () => {
    const { me, they, read, events } = await twoActors({ onConflict: "error" });
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT", name: "ConflictError" });
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    expect([me.get("userId"), me.modified]).toEqual([8, true]);
    expect(events).toContainEqual({ type: "conflict", attempt: 1, keyHash: expect.any(String) });
  });

  it.each([
    { write: "save", onConflict: "error", code: "SESSION_CONFLICT" },
    { write: "cycleKey", onConflict: "merge", code: "SESSION_UPDATE" },
  ] as const)("of those who take a value at once, one alone succeeds by $write with $onConflict", async (way) => {
    const { mine, theirs, key } = await twoActors({ onConflict: way.onConflict });
    const actors = await Promise.all(Array.from({ length: 6 }, (_, i) => (i % 2 ? mine : theirs).load(key)));
    const outcomes = await Promise.allSettled(
      actors.map((actor) => {
        expect(actor.pop("cart")).toEqual(["tea"]);
        return actor[way.write]();
      }),
    );
    const failed = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(failed.map(({ reason }) => reason.code)).toEqual(Array(5).fill(way.code));
  });

  it('onConflict "error": cycleKey without a change of its own takes theirs along', async () => {
    const { me, they, mine } = await twoActors({ onConflict: "error" });
    they.set("note", "theirs");
    await they.save();
    await me.cycleKey();
    expect((await mine.load(me.sessionKey)).get("note")).toBe("theirs");
  });

  it('onConflict "overwrite": my data replace theirs', async () => {
    const { me, they, read, events } = await twoActors({ onConflict: "overwrite" });
    they.set("note", "theirs");
    me.set("userId", 8);
    await they.save();
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
    expect(events.map(({ type }) => type)).toEqual(["loaded", "overwritten", "saved", "loaded"]);
  });

  it('onConflict "overwrite": a save or cycleKey that changed nothing loses nothing of theirs', async () => {
    const { me, they, mine } = await twoActors({ onConflict: "overwrite" });
    they.set("note", "theirs");
    await they.save();
    await me.save();
    they.set("note", "theirs again");
    await they.save();
    await me.cycleKey();
    expect((await mine.load(me.sessionKey)).get("note")).toBe("theirs again");
  });

  it('onConflict "overwrite": a session that is gone stays gone', async () => {
    const { me, they, store, key } = await twoActors({ onConflict: "overwrite" });
    await they.flush();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toBeUndefined();
  });

  it("what is set while a save waits for its next attempt is checked too", async () => {
    const { me, they, store, read } = await twoActors();
    they.set("note", "theirs");
    await they.save();
    const find = store.find.bind(store);
    store.find = async (key) => {
      me.set("note", new Date());
      return find(key);
    };
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_SERIALIZATION", path: "note" });
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
  });

  it("an UPDATE that never matches, although the row is as it was read, ends in a ConflictError that says so", async () => {
    const { me, store } = await twoActors();
    let updates = 0;
    store.update = async () => {
      updates++;
      return "unmatched";
    };
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({
      code: "SESSION_CONFLICT",
      message: expect.stringMatching(/no UPDATE matches it.*READ COMMITTED.*extension that encrypts or caches/),
    });
    expect(updates).toBe(10);
  });

  it("the row does not verify any more: an UpdateError, and nothing is written", async () => {
    const { me, store, key, clock, events } = await twoActors();
    const { data = "" } = (await store.find(storedKey(key))) ?? {};
    const rubbish = { data: "rubbish", expireDate: new Date("2031-01-01") };
    await store.update(storedKey(key), { liveAt: clock.now(), data }, rubbish);
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toEqual(rubbish);
    expect(events.map(({ type }) => type)).toEqual(["loaded", "suspicious"]);
  });
}

it("a save waits a random time before it reads the row again, except for the first time", async () => {
  const { sessions, store } = memorySessions();
  const session = sessions.open();
  session.set("note", 0);
  await session.save();
  const [me, they] = [await sessions.load(session.sessionKey), await sessions.load(session.sessionKey)];
  const update = store.update.bind(store);
  let updates = 0;
  store.update = async (...args) => {
    if (++updates <= 4) {
      store.update = update;
      they.set("note", updates);
      await they.save();
      store.update = interrupted;
    }
    return update(...args);
  };
  const interrupted = store.update;
  const random = vi.spyOn(Math, "random");
  me.set("userId", 8);
  await me.save();
  expect([updates, random.mock.calls.length]).toEqual([5, 3]);
  random.mockRestore();
});
