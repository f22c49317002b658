import { expect, it, onTestFinished, vi } from "vitest";
import { gate, memorySessions, storedKey } from "../../support.ts";
import { describeTwoActors } from "./two-actors.ts";

describeTwoActors("Retries of a save", (twoActors) => {
  it("a row that changes before every attempt causes a ConflictError, and the session keeps my change", async () => {
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

  it("an UPDATE to the same expiry counts as applied, although some drivers count no row", async () => {
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

  it("a hundred saves of different keys in one process queue up, so each conflicts once", async () => {
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
    // The wait for the save before it takes a second. keyed-queue.test.ts tests how long it is.
    const { setTimeout: wait } = globalThis;
    const impatient = (work: () => void, ms?: number, ...args: []) => wait(work, ms === 1000 ? 20 : ms, ...args);
    const patience = vi.spyOn(globalThis, "setTimeout").mockImplementation(impatient as typeof setTimeout);
    onTestFinished(() => patience.mockRestore());
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

  it("a value set between two attempts of a save is checked too", async () => {
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

  it("an UPDATE that never matches an unchanged row causes a ConflictError that says so", async () => {
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

  it('an UPDATE that never matches causes a ConflictError that says so with "overwrite" too', async () => {
    const { me, store } = await twoActors({ onConflict: "overwrite" });
    store.update = async () => "unmatched";
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ message: expect.stringMatching(/no UPDATE matches it/) });
  });

  it("the row no longer verifies: save() throws UpdateError, and writes nothing", async () => {
    const { me, store, key, clock, events } = await twoActors();
    const { data = "" } = (await store.find(storedKey(key))) ?? {};
    const rubbish = { data: "rubbish", expireDate: new Date("2031-01-01") };
    await store.update(storedKey(key), { liveAt: clock.now(), data }, rubbish);
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await store.find(storedKey(key))).toEqual(rubbish);
    expect(events.map(({ type }) => type)).toEqual(["loaded", "suspicious"]);
  });
});

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
