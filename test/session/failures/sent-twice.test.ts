// A client may send a statement again by itself if its answer is lost, and gives the answer of the second one.
import { createSessions, type SessionStore } from "prisma-db-session";
import { beforeEach, expect, it } from "vitest";
import { describeEachStore } from "../../stores.ts";
import { SECRET, type ShopData, storedKey } from "../../support.ts";
import { ON_CONFLICT } from "./support.ts";

describeEachStore("A statement that the client sends twice", (stores) => {
  /** The next statement of a verb is sent twice. Between the two, others may come. */
  function sentTwice(verb: "insert" | "update", between: () => Promise<void> = async () => {}): SessionStore {
    const store: SessionStore = { ...stores().store };
    // The arguments of either verb are only passed on.
    const execute = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
    let isFirst = true;
    const run = async (...args: unknown[]) => {
      if (isFirst) {
        isFirst = false;
        await execute(...args);
        await between();
      }
      return execute(...args);
    };
    return Object.assign(store, { [verb]: run });
  }

  const common = { secret: SECRET, onEvent: () => {} };
  const others = () => createSessions<ShopData>({ ...common, store: stores().otherStore });
  const countOf = async (...keys: (string | null)[]) => {
    const rows = await Promise.all(keys.map((key) => stores().store.find(storedKey(key))));
    return rows.filter(Boolean).length;
  };

  async function saved(): Promise<string> {
    const session = others().open();
    session.update({ userId: 7, cart: ["tea"] });
    await session.save();
    return session.sessionKey as string;
  }

  /** Every key that `randomKey` has drawn. */
  let keys: string[];
  beforeEach(() => {
    keys = [];
  });
  const randomKey = () => {
    const key = crypto.randomUUID().replaceAll("-", "");
    keys.push(key);
    return key;
  };

  it("is one row, if it is the first save", async () => {
    const session = createSessions<ShopData>({ ...common, store: sentTwice("insert"), randomKey }).open();
    session.set("userId", 7);
    await session.save();
    expect([keys, await countOf(...keys)]).toEqual([[session.sessionKey], 1]);
    session.set("note", "again");
    await session.save();
    expect((await others().load(session.sessionKey)).toJSON()).toEqual({ userId: 7, note: "again" });
  });

  it.each(ON_CONFLICT)("is one change, if it is a save (%s)", async (onConflict) => {
    const key = await saved();
    const session = await createSessions<ShopData>({ ...common, store: sentTwice("update"), onConflict }).load(key);
    session.set("note", "mine");
    await session.save();
    expect((await others().load(key)).toJSON()).toEqual({ userId: 7, cart: ["tea"], note: "mine" });
    session.set("note", "again");
    await session.save();
    expect((await others().load(key)).get("note")).toBe("again");
  });

  it("does not undo what another request changed in between", async () => {
    const key = await saved();
    const store = sentTwice("update", async () => {
      const theirs = await others().load(key);
      theirs.update({ note: "theirs", cart: [] });
      await theirs.save();
    });
    const session = await createSessions<ShopData>({ ...common, store }).load(key);
    session.set("note", "mine");
    await session.save();
    expect((await others().load(key)).toJSON()).toEqual({ userId: 7, cart: [], note: "theirs" });
    expect(session.toJSON()).toEqual({ userId: 7, cart: [], note: "theirs" });
  });

  it("is one new key, if it is a rotation", async () => {
    const key = await saved();
    const session = await createSessions<ShopData>({ ...common, store: sentTwice("update") }).load(key);
    await session.cycleKey();
    expect((await others().load(session.sessionKey)).toJSON()).toEqual({ userId: 7, cart: ["tea"] });
    expect(await countOf(key, session.sessionKey)).toBe(1);
  });

  it("is one row, if it is a sign-in", async () => {
    const key = await saved();
    const session = await createSessions<ShopData>({ ...common, store: sentTwice("update"), randomKey }).load(key);
    await session.markAuthenticated({ userId: 8 });
    expect((await others().load(session.sessionKey)).get("userId")).toBe(8);
    expect(await countOf(key, ...keys)).toBe(1);
  });

  it("is an UpdateError, if the session was ended in between", async () => {
    const key = await saved();
    const store = sentTwice("update", async () => others().open(key).flush());
    const session = await createSessions<ShopData>({ ...common, store }).load(key);
    session.set("note", "mine");
    await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await countOf(key)).toBe(0);
  });
});
