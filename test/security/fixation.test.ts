import {
  createSessions,
  type DbSession,
  type SessionStore,
  type Sessions,
  type SessionsOptions,
  UpdateError,
} from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { describeEachStore, type TestStores } from "../stores.ts";
import { gate, SECRET, type ShopData, START, storedKey, testClock, UNKNOWN_KEY } from "../support.ts";

const HOUR = 3600;

interface Actors extends TestStores {
  /** What the site does for the victim's browser. */
  readonly site: Sessions<ShopData>;
  /** The same site, for the attacker's browser: by other connections. */
  readonly attacker: Sessions<ShopData>;
  readonly clock: ReturnType<typeof testClock>;
}

function actorsOn({ store, otherStore }: TestStores): Actors {
  const clock = testClock();
  const options: Omit<SessionsOptions<ShopData>, "store"> = {
    secret: SECRET,
    now: clock.now,
    maxAge: HOUR,
    refreshAfter: 60,
    onEvent: () => {},
  };
  return {
    store,
    otherStore,
    clock,
    site: createSessions<ShopData>({ store, ...options }),
    attacker: createSessions<ShopData>({ store: otherStore, ...options }),
  };
}

/** A session that the attacker started, as anybody may, to bring its key into the victim's browser. */
async function planted({ attacker }: Actors): Promise<DbSession<ShopData>> {
  const session = attacker.open();
  session.set("cart", ["planted"]);
  await session.save();
  return attacker.load(session.sessionKey);
}

const keyOf = ({ sessionKey }: DbSession<ShopData>): string => sessionKey as string;

interface GivenKey {
  readonly key: string;
  readonly of: (actors: Actors) => Promise<string>;
}

/** Keys that an attacker may know or choose, and for which there is no live row. */
const KEYS_WITHOUT_ROW: readonly GivenKey[] = [
  { key: "that nobody drew", of: async () => UNKNOWN_KEY },
  { key: "of the shortest form there is", of: async () => "attacker" },
  {
    key: "of an expired row",
    async of(actors) {
      const session = await planted(actors);
      actors.clock.advance(HOUR);
      return keyOf(session);
    },
  },
  {
    key: "of a session that was flushed",
    async of(actors) {
      const session = await planted(actors);
      const key = keyOf(session);
      await session.flush();
      return key;
    },
  },
  {
    key: "of a session that was destroyed",
    async of(actors) {
      const session = await planted(actors);
      await session.destroy(keyOf(session));
      return keyOf(session);
    },
  },
  {
    key: "that a session had before",
    async of(actors) {
      const session = await planted(actors);
      const key = keyOf(session);
      await session.cycleKey();
      return key;
    },
  },
];

const KEY_AS_STORED: GivenKey = {
  key: "in the form that the table holds",
  of: async (actors) => storedKey(keyOf(await planted(actors))),
};

/** For which there is a row, but no session, as the writer does not know the secret. */
const KEYS_WITH_WRITTEN_ROW: readonly GivenKey[] = [
  {
    key: "of a row that somebody wrote into the table",
    async of({ otherStore }) {
      const expireDate = new Date(START.getTime() + HOUR * 1000);
      await otherStore.insert({ key: storedKey(UNKNOWN_KEY), data: '{"userId":1}', expireDate });
      return UNKNOWN_KEY;
    },
  },
  {
    key: "of a row with the data of a genuine one",
    async of(actors) {
      const row = await actors.otherStore.find(storedKey(keyOf(await planted(actors))));
      if (row) await actors.otherStore.insert({ key: storedKey(UNKNOWN_KEY), ...row });
      return UNKNOWN_KEY;
    },
  },
];

const WRITES: readonly { write: string; run: (session: DbSession<ShopData>) => Promise<void> }[] = [
  { write: "save", run: (session) => session.save() },
  { write: "save with mustCreate", run: (session) => session.save({ mustCreate: true }) },
  { write: "create", run: (session) => session.create() },
  { write: "cycleKey", run: (session) => session.cycleKey() },
  { write: "markAuthenticated", run: (session) => session.markAuthenticated() },
];

const SIGN_INS = [
  { signIn: "cycleKey", run: (session: DbSession<ShopData>) => session.cycleKey() },
  { signIn: "markAuthenticated", run: (session: DbSession<ShopData>) => session.markAuthenticated() },
] as const;

describeEachStore("A session key that somebody else chose", (stores) => {
  for (const { key, of } of [...KEYS_WITHOUT_ROW, KEY_AS_STORED, ...KEYS_WITH_WRITTEN_ROW]) {
    it.each(WRITES)(`${key} is not adopted by $write`, async ({ run }) => {
      const actors = actorsOn(stores());
      const { site, attacker, otherStore } = actors;
      const given = await of(actors);
      const before = await Promise.all([otherStore.find(given), otherStore.find(storedKey(given))]);

      const session = await site.load(given);
      expect(session.isEmpty()).toBe(true);
      session.set("userId", 7);
      await run(session);

      expect(session.sessionKey).toMatch(/^[a-z0-9]{32}$/);
      expect(session.sessionKey).not.toBe(given);
      expect((await site.load(session.sessionKey)).get("userId")).toBe(7);
      expect(await Promise.all([otherStore.find(given), otherStore.find(storedKey(given))])).toEqual(before);
      expect((await attacker.load(given)).isEmpty()).toBe(true);
    });
  }

  it.each(KEYS_WITHOUT_ROW)("$key gets no row by a session that is cleared instead of loaded", async ({ of }) => {
    const actors = actorsOn(stores());
    const given = await of(actors);
    const before = await actors.otherStore.find(storedKey(given));
    const session = actors.site.open(given);
    session.clear();
    session.set("userId", 7);
    await expect(session.save()).rejects.toThrow(UpdateError);
    await expect(session.cycleKey()).rejects.toThrow(UpdateError);
    expect(await actors.otherStore.find(storedKey(given))).toEqual(before);
  });
});

describeEachStore("After a sign-in", (stores) => {
  /** The victim came with the attacker's session, and the attacker holds on to it. */
  async function visit() {
    const actors = actorsOn(stores());
    const held = await planted(actors);
    const victim = await actors.site.load(held.sessionKey);
    expect(victim.get("cart")).toEqual(["planted"]);
    victim.set("userId", 7);
    return { ...actors, held, victim, oldKey: keyOf(held) };
  }

  /** One session is left: the victim's, as it was signed in, and under a key that the attacker has not seen. */
  async function expectVictimAlone({ site, otherStore, victim, oldKey }: Awaited<ReturnType<typeof visit>>) {
    expect(await otherStore.find(storedKey(oldKey))).toBeUndefined();
    const rows = await otherStore.findMatching({});
    expect(rows.map(({ key }) => key)).toEqual([storedKey(victim.sessionKey)]);
    expect(victim.sessionKey).not.toBe(oldKey);
    expect((await site.load(victim.sessionKey)).toJSON()).toEqual({ userId: 7, cart: ["planted"] });
  }

  it.each(SIGN_INS)("by $signIn, the old key opens nothing, and nothing done under it lasts", async ({ run }) => {
    const visited = await visit();
    const { site, attacker, held, victim, oldKey } = visited;
    const alsoHeld = await attacker.load(oldKey);
    await run(victim);

    for (const { load, open } of [site, attacker]) {
      expect(await open().exists(oldKey)).toBe(false);
      const opened = await load(oldKey);
      expect(opened.isEmpty()).toBe(true);
      expect(opened.sessionKey).toBeNull();
    }
    visited.clock.advance(120);
    expect(await held.refresh()).toBe(false);
    held.set("note", "still here");
    for (const write of [() => held.save(), () => held.cycleKey(), () => held.markAuthenticated()]) {
      await expect(write()).rejects.toThrow(UpdateError);
    }
    held.clear();
    await expect(held.save()).rejects.toThrow(UpdateError);
    await held.destroy(oldKey);
    await alsoHeld.flush();
    await expectVictimAlone(visited);
  });

  it.each(SIGN_INS)("by $signIn that fails, what is saved then is not under the old key", async ({ run }) => {
    const visited = await visit();
    const { otherStore, clock, oldKey } = visited;
    let isLost = true;
    const failing: SessionStore = {
      ...otherStore,
      async update(key, guard, changes) {
        if (isLost && changes.key !== undefined) throw new Error("connection lost");
        return otherStore.update(key, guard, changes);
      },
    };
    const app = createWebSessions<ShopData>({ store: failing, secret: SECRET, now: clock.now });
    const victim = await app.getSession(
      new Request("https://shop.example/", { headers: { cookie: `session=${oldKey}` } }),
    );
    victim.set("userId", 7);
    await expect(run(victim)).rejects.toThrow("connection lost");
    for (const write of [() => app.commitSession(victim, new Headers()), () => victim.save()]) {
      await expect(write()).rejects.toThrow("connection lost");
    }
    expect((await visited.attacker.load(oldKey)).toJSON()).toEqual({ cart: ["planted"] });
    isLost = false;
    const headers = new Headers();
    await app.commitSession(victim, headers);
    expect(parseSetCookie(headers.getSetCookie()[0]).value).toBe(victim.sessionKey);
    await expectVictimAlone({ ...visited, victim });
  });

  it.each(SIGN_INS)("by $signIn, what was in flight under the old key ends, and makes no row", async ({ run }) => {
    for (const write of [
      (session: DbSession<ShopData>) => session.save(),
      (session: DbSession<ShopData>) => session.cycleKey(),
    ]) {
      const visited = await visit();
      const { otherStore, clock, victim, oldKey } = visited;
      const [sent, delivered] = [gate(), gate()];
      const slowStore: SessionStore = {
        ...otherStore,
        async update(...args) {
          sent.open();
          await delivered.opened;
          return otherStore.update(...args);
        },
      };
      const slow = createSessions<ShopData>({ store: slowStore, secret: SECRET, now: clock.now });
      const session = await slow.load(oldKey);
      session.set("note", "on its way");
      const writing = write(session);
      await sent.opened;
      await run(victim);
      delivered.open();
      await expect(writing).rejects.toThrow(UpdateError);
      await expectVictimAlone(visited);
      await victim.flush();
    }
  });

  it.each(SIGN_INS)("by $signIn, a load that was in flight gives no way to write", async ({ run }) => {
    const visited = await visit();
    const { otherStore, clock, victim, oldKey } = visited;
    const [read, delivered] = [gate(), gate()];
    const slowStore = {
      ...otherStore,
      async find(key: string) {
        const row = await otherStore.find(key);
        read.open();
        await delivered.opened;
        return row;
      },
    };
    const loading = createSessions<ShopData>({ store: slowStore, secret: SECRET, now: clock.now }).load(oldKey);
    await read.opened;
    await run(victim);
    delivered.open();
    const late = await loading;
    expect(late.get("userId")).toBeUndefined();
    late.set("userId", 8);
    await expect(late.save()).rejects.toThrow(UpdateError);
    await expectVictimAlone(visited);
  });

  it.each(SIGN_INS)("by $signIn, no key that the attacker has opens it, whoever comes first", async ({ run }) => {
    for (let round = 0; round < 10; round++) {
      const { site, attacker, otherStore, held, victim, oldKey } = await visit();
      const [saver, cycler, cleaner] = [await attacker.load(oldKey), held, await attacker.load(oldKey)];
      saver.set("note", "at once");
      cleaner.clear();
      const [signedIn] = await Promise.allSettled([run(victim), saver.save(), cycler.cycleKey(), cleaner.save()]);

      for (const key of [oldKey, saver.sessionKey, cycler.sessionKey, cleaner.sessionKey]) {
        expect((await attacker.load(key)).has("userId")).toBe(false);
      }
      expect(await otherStore.find(storedKey(oldKey))).toBeUndefined();
      expect((await otherStore.findMatching({})).length).toBe(1);
      // If the attacker's cycleKey() came first, the victim is not signed in, and hears of it.
      if (signedIn.status === "fulfilled") expect((await site.load(victim.sessionKey)).get("userId")).toBe(7);
      else expect(signedIn.reason).toBeInstanceOf(UpdateError);
      await attacker.revoke({});
    }
  });
});

describeEachStore("A cookie that somebody else planted", (stores) => {
  it("is replaced when its key is unknown, and again at the sign-in", async () => {
    const { getSession, commitSession } = createWebSessions<ShopData>({ store: stores().store, secret: SECRET });
    /** One request with a cookie; returns the one that the browser has afterwards. */
    const request = async (cookie: string, handle: (session: DbSession<ShopData>) => unknown) => {
      const session = await getSession({ headers: new Headers({ cookie: `session=${cookie}` }) });
      await handle(session);
      const headers = new Headers();
      await commitSession(session, headers);
      const [line] = headers.getSetCookie();
      return line === undefined ? cookie : (parseSetCookie(line).value ?? "");
    };

    const anonymous = await request(UNKNOWN_KEY, (session) => session.set("cart", ["tea"]));
    expect(anonymous).toMatch(/^[a-z0-9]{32}$/);
    expect(anonymous).not.toBe(UNKNOWN_KEY);
    const signedIn = await request(anonymous, async (session) => {
      session.set("userId", 7);
      await session.markAuthenticated();
    });
    expect(signedIn).toMatch(/^[a-z0-9]{32}$/);
    expect(signedIn).not.toBe(anonymous);
    expect(await request(signedIn, (session) => expect(session.toJSON()).toEqual({ cart: ["tea"], userId: 7 }))).toBe(
      signedIn,
    );
    // A request does not remove a cookie that opens nothing: another request may have set a new one by then.
    for (const old of [UNKNOWN_KEY, anonymous]) {
      expect(await request(old, (session) => expect(session.isEmpty()).toBe(true))).toBe(old);
    }
  });
});
