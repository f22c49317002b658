import {
  createSessions,
  type DbSession,
  type SessionEvent,
  type SessionStore,
  type SessionsOptions,
  UpdateError,
} from "prisma-db-session";
import { expect, it, vi } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import { hasRowLocks, somebodyWaits } from "../databases/waiting.ts";
import { skippedBecause } from "../skipped.ts";
import type { OwnStore } from "../stores.ts";
import { gate, SECRET, type ShopData, storedKey, testClock } from "../support.ts";
import { describeEachOwnedStore } from "./owned-stores.ts";

const OWNER = 7;
const SOMEBODY_ELSE = 8;

const columns: NonNullable<SessionsOptions<ShopData>["columns"]> = ({ userId = null }) => ({
  userId,
  address: null,
  userAgent: null,
});

/** What the session of a thief, or of another tab, may do at that moment. */
const WRITES = [
  {
    write: "save",
    run: (session: DbSession<ShopData>) => {
      session.set("note", "here");
      return session.save();
    },
  },
  { write: "save without a change", run: (session: DbSession<ShopData>) => session.save() },
  { write: "cycleKey", run: (session: DbSession<ShopData>) => session.cycleKey() },
  { write: "markAuthenticated", run: (session: DbSession<ShopData>) => session.markAuthenticated() },
] as const;

// "I" revoke; "they" are the owner's sessions, on a connection of their own.
describeEachOwnedStore("revoke()", (stores) => {
  function actors() {
    const { store: shared, otherStore } = stores();
    const myStore = { ...shared };
    const theirStore = { ...otherStore };
    // Tests replace verbs of these stores later.
    const replaceable = (store: OwnStore): SessionStore => ({
      ...store,
      update: (...args) => store.update(...args),
      deleteMatching: (...args) => store.deleteMatching(...args),
    });
    const clock = testClock();
    const events: SessionEvent[] = [];
    const common = { secret: SECRET, now: clock.now, columns };
    const mine = createSessions<ShopData>({
      store: replaceable(myStore),
      onEvent: (event) => events.push(event),
      ...common,
    });
    const theirs = createSessions<ShopData>({ store: replaceable(theirStore), ...common });

    const signIn = async (userId: number) => {
      const session = theirs.open();
      session.set("userId", userId);
      await session.markAuthenticated();
      clock.advance(1);
      return session;
    };
    /** Between what I read and my DELETE, each time the next of these. */
    const meanwhile = (...steps: (() => Promise<unknown>)[]) => {
      myStore.deleteMatching = async (...args) => {
        await steps.shift()?.();
        return shared.deleteMatching(...args);
      };
      return { left: steps };
    };
    const liveOf = async (userId: number) => (await otherStore.findMatching({ userId })).map(({ key }) => key);
    return { mine, theirs, myStore, theirStore, shared, otherStore, clock, events, signIn, meanwhile, liveOf };
  }

  it.each(WRITES)("ends a session whose $write comes between the reading and the DELETE", async ({ run }) => {
    const { mine, theirs, signIn, meanwhile, liveOf } = actors();
    const [racing, quiet, other] = [await signIn(OWNER), await signIn(OWNER), await signIn(SOMEBODY_ELSE)];
    const keys = [racing.sessionKey, quiet.sessionKey];
    const { left } = meanwhile(() => run(racing));

    expect(await mine.revoke({ userId: OWNER })).toBe(2);

    expect(left).toEqual([]);
    expect(await liveOf(OWNER)).toEqual([]);
    for (const key of [...keys, racing.sessionKey]) expect((await theirs.load(key)).isEmpty()).toBe(true);
    racing.set("note", "still here");
    for (const write of [() => racing.save(), () => racing.cycleKey(), () => racing.markAuthenticated()]) {
      await expect(write()).rejects.toThrow(UpdateError);
    }
    expect(await liveOf(SOMEBODY_ELSE)).toEqual([storedKey(other.sessionKey)]);
  });

  it.each(WRITES)("ends a session whose $write was on its way, and arrives after the DELETE", async ({ run }) => {
    const { mine, theirStore, otherStore, signIn, liveOf } = actors();
    const session = await signIn(OWNER);
    const [sent, delivered] = [gate(), gate()];
    const late = async <Result>(send: () => Promise<Result>) => {
      sent.open();
      await delivered.opened;
      return send();
    };
    theirStore.update = (...args) => late(() => otherStore.update(...args));
    const writing = run(session);
    await sent.opened;
    expect(await mine.revoke({ userId: OWNER })).toBe(1);
    delivered.open();
    await expect(writing).rejects.toThrow(UpdateError);
    expect(await liveOf(OWNER)).toEqual([]);
  });

  it("ends a session that changes its key before each DELETE, under whichever it has then", async () => {
    const { mine, myStore, shared, events, signIn, liveOf } = actors();
    const [session, other] = [await signIn(OWNER), await signIn(SOMEBODY_ELSE)];
    let changes = 0;
    myStore.deleteMatching = async (...args) => {
      await session.cycleKey();
      changes++;
      return shared.deleteMatching(...args);
    };
    await withoutWaits(async () => expect(await mine.revoke({ userId: OWNER })).toBe(1));
    expect(changes).toBe(2);
    expect(await liveOf(OWNER)).toEqual([]);
    expect(await liveOf(SOMEBODY_ELSE)).toEqual([storedKey(other.sessionKey)]);
    expect(events.filter(({ type }) => type === "revoked")).toHaveLength(1);
  });

  it("and leaves the excepted session alone also then", async () => {
    const { mine, signIn, meanwhile, liveOf } = actors();
    const [here, racing] = [await signIn(OWNER), await signIn(OWNER)];
    meanwhile(
      () => racing.cycleKey(),
      () => racing.cycleKey(),
    );
    await withoutWaits(async () => expect(await mine.revoke({ userId: OWNER }, { except: here })).toBe(1));
    expect(await liveOf(OWNER)).toEqual([storedKey(here.sessionKey)]);
  });

  it("never says that it is done while rows are left that cannot be deleted: it fails", async () => {
    const { mine, myStore, events, signIn, liveOf } = actors();
    const session = await signIn(OWNER);
    myStore.deleteMatching = async () => 0;
    await withoutWaits(() => expect(mine.revoke({ userId: OWNER })).rejects.toMatchObject({ code: "SESSION_CONFIG" }));
    expect(await liveOf(OWNER)).toEqual([storedKey(session.sessionKey)]);
    expect(events.filter(({ type }) => type === "revoked")).toEqual([]);
  });

  it("misses none of more than it reads at once, while they change keys and places", async () => {
    const { mine, otherStore, clock, signIn, meanwhile, liveOf } = actors();
    const sessions: DbSession<ShopData>[] = [];
    for (let i = 0; i < 103; i++) sessions.push(await signIn(OWNER));
    const [first, second, , last] = [sessions[0], sessions[1], sessions[2], sessions[102]];
    const { left } = meanwhile(
      // Read were the hundred that expire last. One of them gets another key, and two that were not read move to the front.
      async () => {
        clock.advance(60);
        await Promise.all([last?.cycleKey(), first?.cycleKey(), second?.save()]);
      },
      async () => second?.cycleKey(),
    );
    expect(await mine.revoke({ userId: OWNER })).toBe(103);
    expect(left).toEqual([]);
    expect(await liveOf(OWNER)).toEqual([]);
    expect(await otherStore.findMatching({})).toEqual([]);
  });

  it("counts what it ended itself: no session that was signed out meanwhile, and none that is somebody else's by then", async () => {
    const { mine, events, signIn, meanwhile, liveOf } = actors();
    const [signedOut, handedOver, left] = [await signIn(OWNER), await signIn(OWNER), await signIn(OWNER)];
    meanwhile(async () => {
      await signedOut.flush();
      handedOver.set("userId", SOMEBODY_ELSE);
      await handedOver.save();
    });
    expect(await mine.revoke({ userId: OWNER })).toBe(1);
    await expect(left.save()).rejects.toThrow(UpdateError);
    expect(await liveOf(OWNER)).toEqual([]);
    expect(await liveOf(SOMEBODY_ELSE)).toEqual([storedKey(handedOver.sessionKey)]);
    expect(events).not.toContainEqual({ type: "revoked", by: "revoke", keyHash: handedOver.keyHash });
  });

  it("ends all also where the answer of the DELETE is lost, and counts fewer then", async () => {
    const { mine, myStore, shared, signIn, liveOf } = actors();
    for (let i = 0; i < 3; i++) await signIn(OWNER);
    const other = await signIn(SOMEBODY_ELSE);
    myStore.deleteMatching = async (...args) => {
      myStore.deleteMatching = shared.deleteMatching;
      await shared.deleteMatching(...args);
      throw new Error("connection lost");
    };
    await withoutWaits(async () => expect(await mine.revoke({ userId: OWNER })).toBe(0));
    expect(await liveOf(OWNER)).toEqual([]);
    expect(await liveOf(SOMEBODY_ELSE)).toEqual([storedKey(other.sessionKey)]);
  });

  it("leaves the excepted session alone, whatever it and the others do meanwhile", async () => {
    const { mine, signIn, meanwhile, liveOf } = actors();
    const [here, racing] = [await signIn(OWNER), await signIn(OWNER)];
    meanwhile(async () => {
      here.set("note", "here");
      await here.save();
      await racing.cycleKey();
    });
    expect(await mine.revoke({ userId: OWNER }, { except: here })).toBe(1);
    expect(await liveOf(OWNER)).toEqual([storedKey(here.sessionKey)]);
  });

  it("of one device ends nothing when that has got another key meanwhile, and says so", async () => {
    const { mine, events, signIn, meanwhile, liveOf } = actors();
    const [device, other] = [await signIn(OWNER), await signIn(OWNER)];
    meanwhile(() => device.cycleKey());
    expect(await mine.revoke({ userId: OWNER }, { keyHash: device.keyHash ?? "" })).toBe(0);
    expect(events.filter(({ type }) => type === "revoked")).toEqual([]);
    expect((await liveOf(OWNER)).sort()).toEqual([device, other].map((each) => storedKey(each.sessionKey)).sort());
    expect(await mine.revoke({ userId: OWNER }, { keyHash: device.keyHash ?? "" })).toBe(1);
    expect(await liveOf(OWNER)).toEqual([storedKey(other.sessionKey)]);
  });

  it("twice at once ends each session once", async () => {
    const { mine, theirs, signIn, liveOf } = actors();
    for (let i = 0; i < 8; i++) await signIn(OWNER);
    const counts = await Promise.all([mine.revoke({ userId: OWNER }), theirs.revoke({ userId: OWNER })]);
    expect(counts[0] + counts[1]).toBe(8);
    expect(await liveOf(OWNER)).toEqual([]);
  });

  it("beside whatever comes first: all are ended, and counted", async () => {
    for (let round = 0; round < 8; round++) {
      const { mine, signIn, liveOf } = actors();
      const sessions: DbSession<ShopData>[] = [];
      for (let i = 0; i < WRITES.length * 2; i++) sessions.push(await signIn(OWNER));
      const racing = Promise.allSettled(sessions.map((session, i) => WRITES[i % WRITES.length]?.run(session)));
      expect(await mine.revoke({ userId: OWNER })).toBe(sessions.length);
      for (const { status, reason } of (await racing) as Partial<PromiseRejectedResult>[]) {
        if (status === "rejected") expect(reason).toBeInstanceOf(UpdateError);
      }
      expect(await liveOf(OWNER)).toEqual([]);
    }
  });
});

describeEachOwnedDatabase("revoke()", (db, database) => {
  const oneWriter = hasRowLocks(database) ? undefined : "SQLite has one writer at a time";
  it.skipIf(oneWriter).each(WRITES)(
    `that has to wait for a $write which is not committed yet ends that session too${skippedBecause(oneWriter)}`,
    async ({ run }) => {
      const { prisma } = db();
      const common = { secret: SECRET, columns };
      const session = createSessions<ShopData>({ store: db().store(), ...common }).open();
      session.set("userId", OWNER);
      await session.save();

      const [written, mayCommit] = [gate(), gate()];
      const writing = db().inTransaction(async (store) => {
        const { load } = createSessions<ShopData>({ store, ...common });
        const racing = await load(session.sessionKey);
        await run(racing);
        written.open();
        await mayCommit.opened;
        return racing.sessionKey;
      });
      await written.opened;
      const revoking = createSessions({ store: db().store(), ...common }).revoke({ userId: OWNER });
      await somebodyWaits(db(), database);
      mayCommit.open();
      expect(await writing).toEqual(expect.any(String));
      expect(await revoking).toBe(1);
      expect(await prisma.session.count()).toBe(0);
    },
  );
});

/** The waits between attempts are not what this is about. */
async function withoutWaits(run: () => Promise<unknown>): Promise<void> {
  const random = vi.spyOn(Math, "random").mockReturnValue(0);
  try {
    await run();
  } finally {
    random.mockRestore();
  }
}
