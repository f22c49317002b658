import {
  createSessions,
  type FailureKind,
  type SessionEvent,
  type SessionStore,
  type SessionsOptions,
} from "prisma-db-session";
import { expect, it } from "vitest";
import { describeEachStore } from "../stores.ts";
import { SECRET, type ShopData, storedKey, TWO_WEEKS, testClock } from "../support.ts";

const NEW_SECRET = "a-newer-secret-for-tests-of-32-characters-or-more";

type Verb = "find" | "insert" | "update" | "rekey" | "delete";

/** As Prisma throws them; only `code` counts. */
const lost = Object.assign(new Error("Server has closed the connection."), { code: "P1017" });
const nameless = new Error("Connection terminated unexpectedly");
const deadlock = Object.assign(new Error("Transaction failed due to a write conflict or a deadlock."), {
  code: "P2034",
});
const refused = Object.assign(new Error("Unique constraint failed"), { code: "P2002" });
const busy = Object.assign(new Error("Operation has timed out"), { code: "P1008" });

const KINDS = new Map<unknown, FailureKind>([
  [deadlock, "rolledBack"],
  [refused, "refused"],
  [busy, "final"],
]);

describeEachStore("When the database fails", (stores) => {
  /** A session, and a way to let its next statements fail: `before` the database has carried them out, or `after`. */
  async function actors(options: Partial<SessionsOptions> = {}) {
    const { store: real, otherStore } = stores();
    const store: SessionStore = {
      failureKind: (error) => KINDS.get(error) ?? "unknown",
      ...real,
    };
    const clock = testClock();
    const events: SessionEvent[] = [];
    const keys: string[] = [];
    const randomKey = () => {
      const key = `${crypto.randomUUID()}`.replaceAll("-", "");
      keys.push(key);
      return key;
    };
    const common = { secret: SECRET, now: clock.now, refreshAfter: 60, ...options };
    const mine = createSessions<ShopData>({ store, onEvent: (event) => events.push(event), randomKey, ...common });
    const theirs = createSessions<ShopData>({ store: otherStore, ...common });
    const newDeployment = createSessions<ShopData>({ store: otherStore, ...common, secret: [NEW_SECRET, SECRET] });
    const session = theirs.open();
    session.update({ userId: 7, cart: ["tea"] });
    await session.save();
    const key = session.sessionKey as string;
    const [me, they] = [await mine.load(key), await theirs.load(key)];
    events.length = 0;

    /**
     * Each error fails one call of the verb, before or after it was carried out; undefined, and the calls after them, as usual. What happens
     * `meanwhile` comes before I hear of it. Returns the calls.
     */
    const fail = (
      verb: Verb,
      when: "before" | "after",
      errors: readonly (Error | undefined)[] = [],
      meanwhile: () => Promise<void> = async () => {},
    ) => {
      const left = [...errors];
      const calls: unknown[][] = [];
      const carryOut = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
      Object.assign(store, {
        [verb]: async (...args: unknown[]) => {
          calls.push(args);
          const error = left.shift();
          if (!error) return carryOut(...args);
          if (when === "after") await carryOut(...args);
          await meanwhile();
          throw error;
        },
      });
      return calls;
    };
    const read = async (sessionKey: string | null = key) => (await theirs.load(sessionKey)).toJSON();
    const expireDate = async () => (await otherStore.find(storedKey(key)))?.expireDate;
    const exists = async (sessionKey: string) => (await otherStore.find(storedKey(sessionKey))) !== undefined;
    /** What the network delivers after all. */
    const arrive = (args: unknown[] | undefined) => otherStore.update(...(args as Parameters<SessionStore["update"]>));
    return {
      store,
      mine,
      theirs,
      newDeployment,
      me,
      they,
      key,
      keys,
      clock,
      events,
      fail,
      read,
      expireDate,
      exists,
      arrive,
    };
  }

  it.each([lost, nameless])(
    "save: a change that arrived although the connection was lost is saved ($message)",
    async (error) => {
      const { me, fail, read, events } = await actors();
      const updates = fail("update", "after", [error]);
      me.set("userId", 8);
      await me.save();
      expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
      expect(updates).toHaveLength(1);
      expect(events.map(({ type }) => type)).toEqual(["saved"]);
      me.set("note", "later");
      await me.save();
      expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "later" });
    },
  );

  it("save: a change that arrived is saved, even if another request has moved the expiry on before I look", async () => {
    const { me, theirs, key, fail, read, clock } = await actors();
    const updates = fail("update", "after", [lost], async () => {
      clock.advance(3600);
      await (await theirs.load(key)).save();
    });
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
    expect(updates).toHaveLength(1);
  });

  it("save: after one that was built on, the next one meets nobody", async () => {
    const { me, they, fail } = await actors();
    const updates = fail("update", "after", [lost], async () => {
      await they.load();
      they.set("note", "theirs");
      await they.save();
    });
    me.set("userId", 8);
    await me.save();
    me.set("userId", 9);
    await me.save();
    expect(updates).toHaveLength(2);
  });

  it('save: with "error", one that was built on is the error too, for it matters who was first', async () => {
    const { me, theirs, key, fail } = await actors({ onConflict: "error" });
    fail("update", "after", [lost], async () => {
      const other = await theirs.load(key);
      other.set("note", "theirs");
      await other.save();
    });
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
  });

  it("save: what I set back while a change is on its way, which arrived and was built on, is not lost", async () => {
    const { me, they, fail, read } = await actors();
    fail("update", "after", [lost], async () => {
      they.set("note", "theirs");
      await they.save();
      me.set("userId", 7);
    });
    me.set("userId", 8);
    await me.save();
    expect(me.get("userId")).toBe(7);
    await me.save();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
  });

  it("save: a change that did not arrive is the error as it came, and is still there to be saved", async () => {
    const { me, fail, read, events } = await actors();
    const updates = fail("update", "before", [nameless]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(nameless);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
    expect([updates.length, events.length, me.modified]).toEqual([1, 0, true]);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
  });

  it("save: an expiry that arrived is saved, one that did not is the error", async () => {
    const { me, fail, clock } = await actors();
    clock.advance(60);
    fail("update", "after", [lost]);
    await me.save();
    clock.advance(60);
    fail("update", "before", [lost]);
    await expect(me.save()).rejects.toBe(lost);
  });

  it("save: where another request wrote first, nobody can tell that mine did not arrive; saved once more, both are in the row", async () => {
    const { me, they, fail, read, events } = await actors();
    they.set("note", "theirs");
    await they.save();
    const updates = fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    expect([updates.length, events.length, me.modified]).toEqual([1, 0, true]);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
    expect(events.map(({ type }) => type)).toEqual(["merged", "saved"]);
  });

  it.each(["merge", "overwrite", "error"] as const)(
    "save: with %s, one that arrived and that others have wholly undone is not made a second time",
    async (onConflict) => {
      const { me, theirs, key, fail, read } = await actors({ onConflict });
      const updates = fail("update", "after", [lost], async () => {
        const they = await theirs.load(key);
        expect(they.flash("note")).toBe("once");
        await they.save();
      });
      me.flash("note", "once");
      await expect(me.save()).rejects.toBe(lost);
      expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
      expect(updates).toHaveLength(1);
    },
  );

  it.each(["merge", "overwrite", "error"] as const)(
    "save: with %s, one that changes nothing moves the expiry on, whatever others wrote and whether it had arrived",
    async (onConflict) => {
      for (const when of ["before", "after"] as const) {
        const { me, theirs, key, fail, read, clock, expireDate } = await actors({ onConflict });
        const updates = fail("update", when, [lost], async () => {
          const they = await theirs.load(key);
          they.set("note", "theirs");
          await they.save();
          clock.advance(3600);
        });
        await me.save();
        expect(updates).toHaveLength(2);
        expect(me.toJSON()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
        expect(await expireDate()).toEqual(new Date(clock.now().getTime() + TWO_WEEKS * 1000));
        expect(await read()).toEqual(me.toJSON());
      }
    },
  );

  it.each(["merge", "overwrite", "error"] as const)(
    "save: with %s, where others have written with a secret that I do not know, nothing is made a second time",
    async (onConflict) => {
      const { me, key, fail, newDeployment } = await actors({ onConflict });
      const updates = fail("update", "after", [lost], async () => {
        const they = await newDeployment.load(key);
        they.set("note", "theirs");
        await they.save();
      });
      me.set("userId", 8);
      await expect(me.save(), "nobody can tell").rejects.toBe(lost);
      expect((await newDeployment.load(key)).toJSON()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
      expect(updates).toHaveLength(1);
    },
  );

  it("save: a change that arrived, and that another request has built on before I look, is not made a second time", async () => {
    const { me, theirs, key, fail, read } = await actors();
    const updates = fail("update", "after", [lost], async () => {
      const they = await theirs.load(key);
      they.set("note", [they.get("userId")]);
      await they.save();
    });
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: [8] });
    expect(me.toJSON()).toEqual({ userId: 8, cart: ["tea"], note: [8] });
    expect(updates).toHaveLength(1);
  });

  it.each(["clear()", "overwrite"])("save: nor is one that replaces all, by %s", async (what) => {
    const { me, theirs, key, fail, read } = await actors(what === "overwrite" ? { onConflict: "overwrite" } : {});
    const updates = fail("update", "after", [lost], async () => {
      const they = await theirs.load(key);
      they.set("note", "theirs");
      await they.save();
    });
    if (what === "clear()") me.clear();
    me.set("userId", 8);
    await expect(me.save(), "what others add is what it would replace, so nobody can tell").rejects.toBe(lost);
    const rest = what === "clear()" ? {} : { cart: ["tea"] };
    expect(await read()).toEqual({ userId: 8, ...rest, note: "theirs" });
    expect(updates).toHaveLength(1);
  });

  it("save: one that clears all is not taken for carried out because others have removed the same", async () => {
    const { me, they, fail, read } = await actors();
    they.delete("cart");
    they.delete("userId");
    they.set("note", "theirs");
    await they.save();
    fail("update", "before", [lost]);
    me.clear();
    await expect(me.save()).rejects.toBe(lost);
    await me.save();
    expect(await read()).toEqual({});
  });

  it("save: what was certainly not carried out is not mine any more when I take it back", async () => {
    const { me, theirs, key, fail, read } = await actors();
    fail("update", "before", [refused]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(refused);
    me.set("userId", 7);
    const they = await theirs.load(key);
    they.set("userId", 9);
    await they.save();
    me.set("note", "mine");
    await me.save();
    expect(await read()).toEqual({ userId: 9, cart: ["tea"], note: "mine" });
  });

  it("save: what may have been carried out on a connection that must not be asked is taken back, too", async () => {
    const { me, fail, read } = await actors();
    fail("update", "after", [busy]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(busy);
    me.set("userId", 7);
    await me.save();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it.each(["merge", "overwrite", "error"] as const)(
    "save: with %s, one that arrived unheard is no other request's when I save once more, and what I changed since goes on top",
    async (onConflict) => {
      const { me, fail, read, events } = await actors({ onConflict });
      fail("update", "after", [lost]);
      fail("find", "before", [nameless]);
      me.get("cart")?.push("milk");
      await expect(me.save()).rejects.toBe(lost);
      me.set("note", "since");
      await me.save();
      expect(await read()).toEqual({ userId: 7, cart: ["tea", "milk"], note: "since" });
      expect(events.map(({ type }) => type)).toEqual(["saved"]);
    },
  );

  it("save: one that was called before another had failed does not repeat what that one may have done", async () => {
    const { me, theirs, key, fail, read } = await actors();
    fail("update", "after", [lost], async () => {
      const they = await theirs.load(key);
      if (they.flash("note") === "once") await they.save();
    });
    me.flash("note", "once");
    const saves = await Promise.allSettled([me.save(), me.save()]);
    expect(saves).toEqual([1, 2].map(() => ({ status: "rejected", reason: lost })));
    expect((await theirs.load(key)).flash("note")).toBeUndefined();
    await me.save();
    expect((await theirs.load(key)).flash("note"), "now it is wanted once more").toBe("once");
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("save: two that were called before one of them had failed, but after another had, do not repeat each other", async () => {
    const { me, theirs, key, fail } = await actors();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    fail("update", "after", [nameless], async () => {
      const they = await theirs.load(key);
      if (they.flash("note") === "once") await they.save();
    });
    me.flash("note", "once");
    const saves = await Promise.allSettled([me.save(), me.save()]);
    expect(saves).toEqual([1, 2].map(() => ({ status: "rejected", reason: nameless })));
    expect((await theirs.load(key)).flash("note")).toBeUndefined();
  });

  it.each<[string, Partial<SessionsOptions>, "load" | "open"]>([
    ["clear()", {}, "load"],
    ["clear() without a load", {}, "open"],
    ["overwrite", { onConflict: "overwrite" }, "load"],
  ])(
    "save: nor does one that replaces all, by %s, replace what others have added since",
    async (what, options, open) => {
      const { mine, theirs, key, fail, read } = await actors(options);
      const me = await mine[open](key);
      fail("update", "after", [lost], async () => {
        const they = await theirs.load(key);
        they.set("note", "theirs");
        await they.save();
      });
      if (what !== "overwrite") me.clear();
      me.set("userId", 8);
      const saves = await Promise.allSettled([me.save(), me.save()]);
      expect(saves).toEqual([1, 2].map(() => ({ status: "rejected", reason: lost })));
      expect(await read()).toMatchObject({ userId: 8, note: "theirs" });
    },
  );

  it("save: one that fails is sent again upon one that had failed before, and arrived", async () => {
    const { me, fail, read } = await actors();
    fail("update", "after", [lost]);
    fail("find", "before", [nameless]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    fail("update", "before", [lost]);
    me.set("note", "since");
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "since" });
  });

  it("at the end of a request: what I have taken back is none to repeat", async () => {
    const { me, they, fail, read } = await actors();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    they.set("note", "theirs");
    await they.save();
    await me.saveAtEnd();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
  });

  it.each(["merge", "overwrite"] as const)(
    "at the end of a request: with %s, what others have written after a save that succeeded in the end is no reason to throw",
    async (onConflict) => {
      const { me, theirs, key, fail, read } = await actors({ onConflict });
      const updates = fail("update", "before", [lost]);
      me.set("userId", 8);
      await expect(me.save()).rejects.toBe(lost);
      await me.save();
      await me.save();
      expect(updates.at(-1)?.[2], "an expiry alone").not.toHaveProperty("data");
      const they = await theirs.load(key);
      they.set("userId", 9);
      await they.save();
      me.set("note", "mine");
      await me.saveAtEnd();
      expect(await read()).toMatchObject({ note: "mine", userId: onConflict === "merge" ? 9 : 8 });
    },
  );

  it("at the end of a request: nor is what they have built on what I tried", async () => {
    const { me, theirs, key, fail, read } = await actors();
    fail("update", "after", [lost]);
    fail("find", "before", [nameless]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    const they = await theirs.load(key);
    they.set("note", "theirs");
    await they.save();
    await me.saveAtEnd();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it('at the end of a request: with "overwrite", what they have added stays, also after a cycleKey() that failed too', async () => {
    const { me, theirs, key, fail, read } = await actors({ onConflict: "overwrite" });
    fail("update", "after", [lost]);
    fail("rekey", "before", [lost]);
    fail("find", "before", [nameless, nameless]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await expect(me.cycleKey()).rejects.toBe(lost);
    const they = await theirs.load(key);
    they.set("note", "theirs");
    await they.save();
    await expect(me.saveAtEnd()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 8, cart: ["tea"], note: "theirs" });
  });

  it("at the end of a request: of two saves of one key, the last one's value counts", async () => {
    const { me, theirs, key, fail, read } = await actors();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    fail("update", "after", [nameless]);
    fail("find", "before", [nameless]);
    me.set("userId", 9);
    await expect(me.save()).rejects.toBe(nameless);
    const they = await theirs.load(key);
    they.set("userId", 8);
    await they.save();
    await expect(me.saveAtEnd()).rejects.toBe(nameless);
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
  });

  it("at the end of a request: a cycleKey() after a clear() without a load is made up for", async () => {
    const { mine, key, fail, read, exists } = await actors();
    const me = mine.open(key);
    me.clear();
    me.set("userId", 9);
    fail("rekey", "before", [lost]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    await me.saveAtEnd();
    expect(await read(me.sessionKey)).toEqual({ userId: 9 });
    expect(await exists(key)).toBe(false);
  });

  it("at the end of a request: what I have changed further is, for what may have been carried out is in it", async () => {
    const { me, theirs, key, fail, read } = await actors();
    fail("update", "after", [lost]);
    fail("find", "before", [nameless]);
    me.get("cart")?.push("milk");
    await expect(me.save()).rejects.toBe(lost);
    const they = await theirs.load(key);
    they.set("cart", []);
    await they.save();
    me.get("cart")?.push("bread");
    await expect(me.saveAtEnd()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 7, cart: [] });
  });

  it("at the end of a request: nor is what I have taken back put over what others have set", async () => {
    const { me, they, fail, read } = await actors();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    they.set("userId", 9);
    await they.save();
    await expect(me.saveAtEnd()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 9, cart: ["tea"] });
  });

  it.each(["merge", "overwrite"] as const)(
    "at the end of a request: with %s, nor is a cycleKey() whose row is still under the old key",
    async (onConflict) => {
      const { me, they, key, fail, read, exists } = await actors({ onConflict });
      fail("rekey", "before", [lost]);
      me.set("userId", 8);
      await expect(me.cycleKey()).rejects.toBe(lost);
      they.set("note", "theirs");
      await they.save();
      await me.saveAtEnd();
      expect(await read(me.sessionKey)).toMatchObject({ userId: 8, cart: ["tea"] });
      expect(await exists(key)).toBe(false);
    },
  );

  it("at the end of a request: nor is an expiry, so that a clear() is saved after it", async () => {
    const { me, they, fail, read, clock } = await actors();
    clock.advance(60);
    fail("update", "before", [lost]);
    await expect(me.save()).rejects.toBe(lost);
    they.set("note", "theirs");
    await they.save();
    me.clear();
    await me.saveAtEnd();
    expect(await read()).toEqual({});
  });

  it("at the end of a request: the last error is thrown where others hide what became of two", async () => {
    const { me, theirs, key, fail } = await actors();
    fail("update", "before", [lost, nameless]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await expect(me.save()).rejects.toBe(nameless);
    const they = await theirs.load(key);
    they.set("note", "theirs");
    await they.save();
    await expect(me.saveAtEnd()).rejects.toBe(nameless);
    expect(me.writeError).toBe(nameless);
  });

  it("create after a save that failed begins anew", async () => {
    const { me, theirs, fail, read } = await actors();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    await me.create();
    const they = await theirs.load(me.sessionKey);
    they.set("userId", 9);
    await they.save();
    me.set("note", "mine");
    await me.saveAtEnd();
    expect(await read(me.sessionKey)).toEqual({ userId: 9, cart: ["tea"], note: "mine" });
  });

  it("save: what I take back, and others change, after an error is not made twice either", async () => {
    const { me, theirs, key, fail, read } = await actors();
    fail("update", "after", [lost]);
    fail("find", "before", [nameless]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    const they = await theirs.load(key);
    they.set("userId", 9);
    await they.save();
    fail("update", "before", [lost]);
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 9, cart: ["tea"] });
  });

  it("save: what I take back after an error is taken back, though it had arrived", async () => {
    const { me, fail, read } = await actors();
    fail("update", "after", [lost]);
    fail("find", "before", [nameless]);
    me.update({ userId: 8, note: "new" });
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    me.delete("note");
    await me.save();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("save: what I take back deep inside a value after an error is to be saved at the end of the request", async () => {
    const { me, fail, read } = await actors();
    fail("update", "after", [lost]);
    fail("find", "before", [nameless]);
    me.get("cart")?.push("milk");
    await expect(me.save()).rejects.toBe(lost);
    me.get("cart")?.pop();
    expect(me.needsSave()).toBe(true);
    await me.save();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
    expect(me.needsSave()).toBe(false);
  });

  it("save: what I take back after an error stays taken back, though it arrives only after that", async () => {
    const { me, fail, read, arrive } = await actors();
    const updates = fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    await me.save();
    expect(await arrive(updates[0])).toBe(false);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("save: what I take back after an error is taken back, though others have changed a part of it", async () => {
    const { me, theirs, key, fail, read } = await actors();
    fail("update", "after", [lost], async () => {
      const they = await theirs.load(key);
      they.set("note", "theirs");
      await they.save();
    });
    me.update({ userId: 8, note: "mine" });
    await expect(me.save()).rejects.toBe(lost);
    me.set("userId", 7);
    me.delete("note");
    await me.save();
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("save: a change that arrived, in a session that is ended before I look, is the error of an ended session", async () => {
    const { me, theirs, key, fail, exists } = await actors();
    fail("update", "after", [lost], async () => (await theirs.load(key)).flush());
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await exists(key)).toBe(false);
  });

  it("save: where the session has ended meanwhile, that is the error", async () => {
    const { me, they, fail, exists, key } = await actors();
    await they.flush();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await exists(key)).toBe(false);
  });

  it("save: where the row cannot be read either, the first error is the one that is thrown", async () => {
    const { me, fail, read } = await actors();
    fail("update", "after", [lost]);
    fail("find", "before", [nameless]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    // It had arrived. The next save finds that out.
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
  });

  it("save: what was rolled back is sent again without looking", async () => {
    const { me, fail, read } = await actors();
    const updates = fail("update", "before", [deadlock, deadlock]);
    const finds = fail("find", "before");
    me.set("userId", 8);
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
    expect([updates.length, finds.length]).toEqual([3, 0]);
  });

  it("save: deadlocks without end reach the caller as they came", async () => {
    const { me, fail, read } = await actors();
    const updates = fail(
      "update",
      "before",
      Array.from({ length: 50 }, () => deadlock),
    );
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(deadlock);
    expect(updates).toHaveLength(20);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("save: a session that expires while it is rolled back again and again is not revived", async () => {
    const { me, fail, clock, read } = await actors();
    fail("update", "before", [deadlock]);
    me.set("userId", 8);
    const saved = me.save();
    clock.advance(1_209_601);
    await expect(saved).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(await read()).toEqual({});
  });

  it("save: SQLite's busy is neither sent again nor looked after", async () => {
    const { me, fail } = await actors();
    const updates = fail("update", "before", [busy]);
    const finds = fail("find", "before");
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(busy);
    expect([updates.length, finds.length]).toEqual([1, 0]);
  });

  it("save: where nobody can tell whether it arrived, that is the error, and nothing is made a second time", async () => {
    const { me, theirs, key, fail, read } = await actors();
    // They consume what I put in, so that it is neither there nor as I found it.
    const updates = fail("update", "after", [lost], async () => {
      const they = await theirs.load(key);
      expect(they.pop("note")).toBe("once");
      they.set("userId", 9);
      await they.save();
    });
    me.update({ userId: 8, note: "once" });
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 9, cart: ["tea"] });
    expect(updates).toHaveLength(1);
  });

  it("save after clear: what arrived is saved; what did not is the error, also where they wrote meanwhile, until it is saved", async () => {
    const { me, they, fail, read } = await actors();
    const updates = fail("update", "after", [lost]);
    me.clear();
    me.set("userId", 9);
    await me.save();
    expect(await read()).toEqual({ userId: 9 });
    expect(updates).toHaveLength(1);
    fail("update", "before", [lost]);
    me.clear();
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 9 });
    they.set("note", "theirs");
    await they.save();
    fail("update", "before", [lost]);
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 9, note: "theirs" });
    await me.save();
    expect(await read()).toEqual({});
  });

  it("save after clear: of a session that was empty before, it is not made twice either", async () => {
    const { mine, theirs, fail, read } = await actors();
    const me = mine.open();
    await me.create();
    const updates = fail("update", "after", [lost], async () => {
      const they = await theirs.load(me.sessionKey);
      they.set("note", "theirs");
      await they.save();
    });
    me.clear();
    await expect(me.save()).rejects.toBe(lost);
    expect(await read(me.sessionKey)).toEqual({ note: "theirs" });
    expect(updates).toHaveLength(1);
  });

  it("save after clear: one that arrives late, when it has thrown and others have saved since, changes nothing", async () => {
    const { me, they, fail, read, arrive } = await actors();
    const late = fail("update", "before", [lost]);
    me.clear();
    me.set("userId", 9);
    await expect(me.save()).rejects.toBe(lost);
    they.set("note", "theirs");
    await they.save();
    expect(await arrive(late[0])).toBe(false);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
  });

  it("save: one that arrives late changes nothing, even if the session holds again what it was based on", async () => {
    const { me, they, fail, read, arrive } = await actors();
    const late = fail("update", "before", [lost]);
    me.set("userId", 9);
    await expect(me.save()).rejects.toBe(lost);
    they.set("note", "theirs");
    await they.save();
    they.delete("note");
    await they.save();
    expect(await arrive(late[0])).toBe(false);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("save after clear without a load: it has nothing to be guarded by, so what did not arrive is not sent again", async () => {
    const { mine, they, key, fail, read } = await actors();
    const me = mine.open(key);
    me.clear();
    they.set("note", "theirs");
    await they.save();
    fail("update", "before", [lost]);
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    await me.save();
    expect(await read()).toEqual({});
  });

  it('onConflict "overwrite": what did not arrive is the error, and replaces what they wrote when it is saved once more', async () => {
    const { me, they, fail, read } = await actors({ onConflict: "overwrite" });
    they.set("note", "theirs");
    await they.save();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    await me.save();
    expect(await read()).toEqual({ userId: 8, cart: ["tea"] });
  });

  it('onConflict "error": what did not arrive is the error, whatever they wrote', async () => {
    const { me, they, fail, read } = await actors({ onConflict: "error" });
    they.set("note", "theirs");
    await they.save();
    fail("update", "before", [lost]);
    me.set("userId", 8);
    await expect(me.save()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
  });

  it("cycleKey: a new key that arrived is the session's, with what was changed", async () => {
    const { me, key, fail, read, exists, keys, events } = await actors();
    const rekeys = fail("rekey", "after", [lost]);
    me.set("userId", 8);
    await me.cycleKey();
    expect([me.sessionKey, rekeys.length]).toEqual([keys.at(-1), 1]);
    expect(await read(me.sessionKey)).toEqual({ userId: 8, cart: ["tea"] });
    expect(await exists(key)).toBe(false);
    expect(events.map(({ type }) => type)).toEqual(["rotated"]);
  });

  it("cycleKey: after a clear without a load, it is not sent again", async () => {
    const { mine, they, key, fail, read } = await actors();
    const me = mine.open(key);
    me.clear();
    they.set("note", "theirs");
    await they.save();
    const rekeys = fail("rekey", "before", [lost]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    expect(rekeys).toHaveLength(1);
  });

  it("cycleKey: one that arrived, but could not be looked for, is found by the next save", async () => {
    const { me, key, keys, fail, read, exists } = await actors();
    fail("rekey", "after", [lost]);
    fail("find", "before", [nameless]);
    me.set("userId", 8);
    await expect(me.cycleKey()).rejects.toBe(lost);
    expect([me.sessionKey, await exists(keys[0] as string)]).toEqual([key, true]);
    me.set("note", "since");
    await me.save();
    expect(await read(me.sessionKey)).toEqual({ userId: 8, cart: ["tea"], note: "since" });
    expect(await Promise.all([key, keys[0] as string].map(exists))).toEqual([false, false]);
  });

  it("cycleKey: one that arrived unheard is none of what saves by itself, for a flush() meanwhile could not know of it", async () => {
    const { me, they, fail } = await actors();
    fail("rekey", "after", [lost]);
    fail("find", "before", [nameless]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    await they.flush();
    await expect(me.saveAtEnd()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });

  it("cycleKey: one that arrived unheard, and was found by a save that failed, is the session's key", async () => {
    const { me, key, keys, fail, read, exists, theirs } = await actors({ absoluteMaxAge: 3600 });
    fail("rekey", "after", [lost, lost]);
    fail("find", "before", [nameless]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    fail("rekey", "before", [undefined, lost]);
    await expect(me.save()).rejects.toBe(lost);
    expect([me.sessionKey, await exists(me.sessionKey as string)]).toEqual([keys[0], true]);
    const before = await theirs.load(me.sessionKey);
    me.clear();
    await me.save();
    expect([await exists(key), await exists(keys[0] as string)]).toEqual([false, false]);
    expect((await theirs.load(me.sessionKey)).getExpiryDate()).toEqual(before.getExpiryDate());
    expect(await read(me.sessionKey)).toEqual({});
  });

  it.each(["flush", "destroy"] as const)("cycleKey: nor does one that arrived unheard outlive a %s", async (end) => {
    const { me, keys, fail, exists } = await actors();
    fail("rekey", "after", [lost]);
    fail("find", "before", [nameless]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    expect(await exists(keys[0] as string)).toBe(true);
    await me[end]();
    expect(await exists(keys[0] as string)).toBe(false);
  });

  it("cycleKey: one that arrived unheard does outlive the destruction of another session", async () => {
    const { me, keys, fail, exists, theirs } = await actors();
    const other = theirs.open();
    await other.create();
    fail("rekey", "after", [lost]);
    fail("find", "before", [nameless]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    await me.destroy(other.sessionKey);
    expect(await exists(keys[0] as string)).toBe(true);
  });

  it("cycleKey: its event names the key that is known, though another one was between", async () => {
    const { me, fail, events } = await actors();
    const known = me.keyHash;
    fail("rekey", "after", [lost]);
    fail("find", "before", [nameless]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    await me.save();
    expect(events).toEqual([{ type: "rotated", keyHash: me.keyHash, previousKeyHash: known }]);
  });

  it.each(["cycleKey", "markAuthenticated"] as const)(
    "%s: called after a save had failed, it saves that too; called before, it repeats nothing",
    async (cycle) => {
      for (const isCalledAfter of [true, false]) {
        const { me, theirs, key, fail } = await actors();
        fail("update", "after", [lost], async () => {
          const they = await theirs.load(key);
          if (they.flash("note") === "once") await they.save();
        });
        me.flash("note", "once");
        const saved = me.save();
        if (isCalledAfter) await saved.catch(() => {});
        const cycled = me[cycle]();
        await expect(saved).rejects.toBe(lost);
        if (isCalledAfter) await cycled;
        else await expect(cycled).rejects.toBe(lost);
        const shown = (await theirs.load(me.sessionKey)).flash("note");
        expect(shown).toBe(isCalledAfter ? "once" : undefined);
      }
    },
  );

  it("cycleKey: a save that was called before it keeps the key", async () => {
    const { me, key, fail } = await actors();
    const [updates, rekeys] = [fail("update", "before"), fail("rekey", "before")];
    await Promise.all([me.save(), me.cycleKey()]);
    expect([updates.length, rekeys.length]).toEqual([1, 1]);
    expect(me.sessionKey).not.toBe(key);
  });

  it("cycleKey: after a clear() it replaces what others have written, also when it has failed for now", async () => {
    const { me, they, fail, read } = await actors();
    they.set("note", "theirs");
    await they.save();
    fail("rekey", "before", [lost]);
    me.clear();
    me.set("userId", 9);
    await me.cycleKey();
    expect(await read(me.sessionKey)).toEqual({ userId: 9 });
  });

  it("cycleKey: what I take back of one that arrived unheard is taken back", async () => {
    const { me, fail, read } = await actors();
    fail("rekey", "after", [lost]);
    fail("find", "before", [nameless]);
    me.set("userId", 8);
    await expect(me.cycleKey()).rejects.toBe(lost);
    me.set("userId", 7);
    await me.save();
    expect(await read(me.sessionKey)).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("markAuthenticated: one that fails leaves an earlier one as it was", async () => {
    const { me, fail, clock } = await actors();
    await me.markAuthenticated();
    clock.advance(10);
    fail("rekey", "before", [lost]);
    await expect(me.markAuthenticated()).rejects.toBe(lost);
    expect([me.isFresh(10), me.isFresh(11)]).toEqual([false, true]);
  });

  it.each(["cycleKey", "markAuthenticated"] as const)(
    "%s: one that fails since the row cannot be read is made up for, and until then nothing is done under the old key",
    async (cycle) => {
      const { mine, key, fail, read, exists, clock } = await actors();
      const me = mine.open(key);
      fail("find", "before", [lost, nameless]);
      await expect(me[cycle]()).rejects.toBe(nameless);
      clock.advance(3600);
      expect(await me.refresh()).toBe(false);
      expect(me.needsSave()).toBe(true);
      me.set("userId", 8);
      await me.save();
      expect(await exists(key)).toBe(false);
      expect(await read(me.sessionKey)).toEqual({ userId: 8, cart: ["tea"] });
      clock.advance(3600);
      expect(await me.refresh()).toBe(true);
    },
  );

  it.each(["cycleKey", "markAuthenticated"] as const)(
    "%s: when it has failed, what is saved next gets the new key, for whoever knows the old one must not have it",
    async (cycle) => {
      const { me, key, fail, read, exists } = await actors();
      fail("rekey", "before", [lost]);
      me.set("userId", 8);
      await expect(me[cycle]()).rejects.toBe(lost);
      expect([me.sessionKey, me.isFresh(60), me.needsSave()]).toEqual([key, false, true]);
      await me.save();
      expect(me.sessionKey).not.toBe(key);
      expect(await exists(key)).toBe(false);
      expect(await read(me.sessionKey)).toEqual({ userId: 8, cart: ["tea"] });
      const after = me.sessionKey;
      await me.save();
      expect(me.sessionKey, "once").toBe(after);
    },
  );

  it("markAuthenticated: one that fails counts for nothing, also where others have cleared the session before it", async () => {
    const { me, theirs, fail } = await actors();
    await me.markAuthenticated();
    const they = await theirs.load(me.sessionKey);
    they.clear();
    await they.save();
    fail("rekey", "before", [undefined, deadlock, lost]);
    await expect(me.markAuthenticated()).rejects.toBe(lost);
    expect(me.isFresh(60)).toBe(false);
    await me.save();
    expect((await theirs.load(me.sessionKey)).isFresh(60)).toBe(false);
  });

  it("markAuthenticated: nor one that I clear while it is on its way, and which fails", async () => {
    const { me, theirs, fail } = await actors();
    await me.markAuthenticated();
    fail("rekey", "before", [lost], async () => me.clear());
    await expect(me.markAuthenticated()).rejects.toBe(lost);
    await me.save();
    expect((await theirs.load(me.sessionKey)).isFresh(60)).toBe(false);
  });

  it("cycleKey: one that did not arrive is the error, and the old key stays", async () => {
    const { me, key, fail, read } = await actors();
    fail("rekey", "before", [lost]);
    await expect(me.cycleKey()).rejects.toBe(lost);
    expect(me.sessionKey).toBe(key);
    expect(await read()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("cycleKey: where another request wrote meanwhile, its change comes along under another new key", async () => {
    const { me, they, key, keys, fail, read, exists } = await actors();
    they.set("note", "theirs");
    await they.save();
    fail("rekey", "before", [lost]);
    await me.cycleKey();
    expect(await read(me.sessionKey)).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
    expect(keys).toHaveLength(2);
    expect(await Promise.all([key, keys[0] as string].map(exists))).toEqual([false, false]);
  });

  it('cycleKey: with "error", what another request wrote meanwhile is a conflict, for the key has certainly not moved', async () => {
    const { me, they, fail, read } = await actors({ onConflict: "error" });
    they.set("note", "theirs");
    await they.save();
    fail("rekey", "before", [lost]);
    me.set("userId", 8);
    await expect(me.cycleKey()).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
    expect(await read()).toEqual({ userId: 7, cart: ["tea"], note: "theirs" });
  });

  it("cycleKey: where the session has ended meanwhile, that is the error", async () => {
    const { me, they, fail } = await actors();
    await they.flush();
    fail("rekey", "before", [lost]);
    await expect(me.cycleKey()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });

  it("create: a row that arrived is the session's", async () => {
    const { mine, fail, read, keys } = await actors();
    const inserts = fail("insert", "after", [lost]);
    const session = mine.open();
    session.set("userId", 9);
    await session.create();
    expect([session.sessionKey, inserts.length]).toEqual([keys[0], 1]);
    expect(await read(session.sessionKey)).toEqual({ userId: 9 });
  });

  it("create: a row that did not arrive is the error, and the session has no key", async () => {
    const { mine, fail } = await actors();
    const inserts = fail("insert", "before", [lost]);
    const session = mine.open();
    await expect(session.save()).rejects.toBe(lost);
    expect([session.sessionKey, inserts.length]).toEqual([null, 1]);
  });

  it("create: a row that arrived unheard does not outlive a flush", async () => {
    const { mine, fail, exists, keys } = await actors();
    fail("insert", "after", [lost]);
    fail("find", "before", [nameless]);
    const session = mine.open();
    session.set("userId", 9);
    await expect(session.save()).rejects.toBe(lost);
    await session.save();
    expect(await Promise.all(keys.map(exists))).toEqual([true, true]);
    await session.flush();
    expect(await Promise.all(keys.map(exists))).toEqual([false, false]);
  });

  it("create: a row that arrived unheard is not taken for the session's, which others have ended", async () => {
    const { me, they, fail } = await actors();
    fail("insert", "after", [lost]);
    fail("find", "before", [nameless]);
    await expect(me.create()).rejects.toBe(lost);
    await they.flush();
    me.set("userId", 8);
    await expect(me.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
  });

  it("create: what was rolled back is tried again with another key", async () => {
    const { mine, fail, keys, exists } = await actors();
    const inserts = fail("insert", "before", [deadlock]);
    const session = mine.open();
    await session.create();
    expect([session.sessionKey, inserts.length, keys.length]).toEqual([keys[1], 2, 2]);
    expect(await exists(keys[0] as string)).toBe(false);
  });

  it.each(["flush", "destroy"] as const)(
    "%s: a row that went although the connection was lost is gone",
    async (end) => {
      const { me, key, fail, exists, events } = await actors();
      const deletes = fail("delete", "after", [lost]);
      await me[end]();
      expect([await exists(key), deletes.length]).toEqual([false, 1]);
      expect(events.map(({ type }) => type)).toEqual(["ended"]);
    },
  );

  it.each(["flush", "destroy"] as const)(
    "%s: a row that is still there is deleted by a second try, or the error, and the session stays",
    async (end) => {
      const { me, key, fail, exists } = await actors();
      const deletes = fail("delete", "before", [lost, nameless, lost]);
      await expect(me[end]()).rejects.toBe(nameless);
      expect([await exists(key), me.sessionKey, deletes.length]).toEqual([true, key, 2]);
      await me[end]();
      expect([await exists(key), deletes.length]).toEqual([false, 4]);
    },
  );

  it("flush: one that fails leaves the session as it was", async () => {
    const { me, fail } = await actors();
    fail("delete", "before", [busy], async () => me.set("userId", 9));
    await expect(me.flush()).rejects.toBe(busy);
    expect([me.toJSON(), me.modified, me.needsSave()]).toEqual([{ userId: 7, cart: ["tea"] }, false, false]);
  });

  it("flush: a clear() before one that fails is not lost", async () => {
    const { me, they, fail, read } = await actors();
    they.set("note", "theirs");
    await they.save();
    fail("delete", "before", [busy]);
    me.clear();
    await expect(me.flush()).rejects.toBe(busy);
    await me.save();
    expect(await read()).toEqual({});
  });

  it("flush: a clear() while one that fails is on its way is not lost", async () => {
    const { me, fail, read } = await actors();
    fail("delete", "before", [busy], async () => me.clear());
    await expect(me.flush()).rejects.toBe(busy);
    await me.save();
    expect(await read()).toEqual({});
  });

  it.each(["flush", "destroy"] as const)("%s: what was rolled back is sent again", async (end) => {
    const { me, key, fail, exists } = await actors();
    const deletes = fail("delete", "before", [deadlock]);
    await me[end]();
    expect([await exists(key), deletes.length]).toEqual([false, 2]);
  });

  it("refresh: an expiry that arrived counts, one that did not is the error, and one that was rolled back is sent again", async () => {
    const { me, fail, clock } = await actors();
    clock.advance(60);
    const arrived = fail("update", "after", [lost]);
    expect(await me.refresh()).toBe(true);
    expect(await me.refresh()).toBe(false);
    clock.advance(60);
    fail("update", "before", [lost, deadlock]);
    await expect(me.refresh()).rejects.toBe(lost);
    expect(await me.refresh()).toBe(true);
    expect(arrived).toHaveLength(2);
  });

  it.each(["merge", "overwrite", "error"] as const)(
    "refresh: with %s, one that arrived unheard, and wrote the data anew for a new secret, is no other request's",
    async (onConflict) => {
      const { store, key, fail, clock, read } = await actors();
      const events: SessionEvent[] = [];
      const secret = [NEW_SECRET, SECRET];
      const options = { store, secret, now: clock.now, refreshAfter: 60, onConflict };
      const me = await createSessions<ShopData>({ ...options, onEvent: (event) => events.push(event) }).load(key);
      events.length = 0;
      clock.advance(60);
      fail("update", "after", [lost]);
      fail("find", "before", [nameless]);
      await expect(me.refresh()).rejects.toBe(lost);
      me.set("userId", 8);
      await me.save();
      expect(events.map(({ type }) => type)).toEqual(["saved"]);
      expect(await read(), "which those do not read who lack the new secret").toEqual({});
    },
  );

  it("load: what failed is read once more; a second failure is the caller's, and the next load reads anew", async () => {
    const { mine, key, fail } = await actors();
    const finds = fail("find", "before", [deadlock, lost, nameless, lost]);
    const session = mine.open(key);
    await expect(session.load()).rejects.toBe(nameless);
    await session.load();
    expect([session.get("userId"), finds.length]).toEqual([7, 5]);
  });
});
