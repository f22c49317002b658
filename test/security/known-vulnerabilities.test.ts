// Vulnerabilities that other session libraries had. Each test follows the steps of the report, on each store.
import {
  createSessions,
  type DbSession,
  type SessionStore,
  type SessionsOptions,
  UpdateError,
} from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { gate, SECRET, type ShopData, storedKey } from "../support.ts";
import { describeEachOwnedStore } from "./owned-stores.ts";

type Session = DbSession<ShopData>;

/** What the request that is still running may do with the session. */
const WRITES = [
  {
    write: "save()",
    run: (session: Session) => {
      session.set("note", "late");
      return session.save();
    },
  },
  { write: "save() without a change", run: (session: Session) => session.save() },
  { write: "cycleKey()", run: (session: Session) => session.cycleKey() },
  { write: "markAuthenticated()", run: (session: Session) => session.markAuthenticated() },
  {
    write: "save() after clear()",
    run: (session: Session) => {
      session.clear();
      session.set("note", "late");
      return session.save();
    },
  },
] as const;

/** A store whose UPDATEs wait on their way to the database, until the test delivers them. */
function slowStore(store: SessionStore) {
  const [sent, delivered] = [gate(), gate()];
  const slow: SessionStore = {
    ...store,
    async update(...args) {
      sent.open();
      await delivered.opened;
      return store.update(...args);
    },
  };
  return { slow, sent, delivered };
}

describeEachStore("CVE-2026-117499: a save in flight recreates a destroyed session", (stores) => {
  const ENDS = [
    { end: "flush()", run: (session: Session) => session.flush() },
    { end: "destroy()", run: (session: Session) => session.destroy(session.sessionKey as string) },
  ] as const;

  for (const { end, run: runEnd } of ENDS) {
    it.each(WRITES)(`cannot happen with ${end} and $write`, async ({ run }) => {
      const { store, otherStore } = stores();
      const { slow, sent, delivered } = slowStore(otherStore);
      const site = createSessions<ShopData>({ store, secret: SECRET });
      const user = site.open();
      user.set("userId", 7);
      await user.save();
      const key = user.sessionKey as string;

      const inFlight = await createSessions<ShopData>({ store: slow, secret: SECRET }).load(key);
      const writing = run(inFlight);
      await sent.opened;
      await runEnd(user);
      delivered.open();

      await expect(writing).rejects.toThrow(UpdateError);
      // Not even when the request tries again.
      inFlight.set("note", "again");
      await expect(inFlight.save()).rejects.toThrow(UpdateError);
      expect(await otherStore.find(storedKey(key))).toBeUndefined();
      expect(await otherStore.findMatching({}), "rows under any other key").toEqual([]);
      expect((await site.load(key)).isEmpty()).toBe(true);
    });
  }
});

describeEachOwnedStore("CVE-2026-134321: a revoked session stays valid", (stores) => {
  const columns: NonNullable<SessionsOptions<ShopData>["columns"]> = ({ userId = null }) => ({
    userId,
    address: null,
    userAgent: null,
  });

  async function signedIn() {
    const { store, otherStore } = stores();
    const options = { secret: SECRET, columns };
    const site = createSessions<ShopData>({ store, ...options });
    const user = site.open();
    await user.markAuthenticated({ userId: 7 });
    return { site, otherStore, options, key: user.sessionKey as string };
  }

  it("cannot happen: no request and no other server opens it after revoke()", async () => {
    const { site, otherStore, options, key } = await signedIn();
    const otherServer = createSessions<ShopData>({ store: otherStore, ...options });
    // Both have read it before: a cache in either would answer now.
    for (const { load } of [site, otherServer]) expect((await load(key)).get("userId")).toBe(7);
    expect(await site.revoke({ userId: 7 })).toBe(1);
    for (const { load, open } of [site, otherServer]) {
      const session = await load(key);
      expect([session.sessionKey, session.get("userId")]).toEqual([null, undefined]);
      expect(await open().exists(key)).toBe(false);
    }
  });

  it.each(WRITES)("cannot happen with a $write in flight", async ({ run }) => {
    const { site, otherStore, options, key } = await signedIn();
    const { slow, sent, delivered } = slowStore(otherStore);
    const inFlight = await createSessions<ShopData>({ store: slow, ...options }).load(key);
    const writing = run(inFlight);
    await sent.opened;
    expect(await site.revoke({ userId: 7 })).toBe(1);
    delivered.open();
    await expect(writing).rejects.toThrow(UpdateError);
    expect(await otherStore.findMatching({})).toEqual([]);
    for (const each of [key, inFlight.sessionKey]) expect((await site.load(each)).has("userId")).toBe(false);
  });

  it("cannot happen with a refresh() in flight, which renews the expiry", async () => {
    const { site, otherStore, options, key } = await signedIn();
    const { slow, sent, delivered } = slowStore(otherStore);
    let time = Date.now();
    const renewing = createSessions<ShopData>({
      store: slow,
      ...options,
      refreshAfter: 1,
      now: () => new Date(time),
    });
    const inFlight = await renewing.load(key);
    time += 60_000;
    const refreshing = inFlight.refresh();
    await sent.opened;
    expect(await site.revoke({ userId: 7 })).toBe(1);
    delivered.open();
    expect(await refreshing).toBe(false);
    expect(await otherStore.findMatching({})).toEqual([]);
  });
});
