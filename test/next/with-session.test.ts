// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import type { DbSession } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { loseNextAnswer } from "../noting-store.ts";
import { type ShopData, storedKey, UNKNOWN_KEY } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

type ShopSession = DbSession<ShopData>;

const post = (init: RequestInit = {}) => new Request("http://localhost/api", { method: "POST", ...init });

describe("withSession", () => {
  it("passes the loaded session first, and keeps the other arguments and the result", async () => {
    const { withSession, signIn, calls } = nextApp();
    const action = withSession(async (session, previous: number, form: FormData) => {
      return { user: session.get("userId"), previous, name: form.get("name") };
    });
    const form = new FormData();
    form.set("name", "Ada");
    const { result, setCookies } = await inNextRequest({ cookies: { session: await signIn() } }, () => action(3, form));
    expect(result).toEqual({ user: 7, previous: 3, name: "Ada" });
    expect([calls, setCookies]).toEqual([["find"], []]);
  });

  it("gives the session that getSession() gives in the same request", async () => {
    const { withSession, getSession, signIn, calls } = nextApp();
    const action = withSession(async (session) => expect(await getSession()).toBe(session));
    await inNextRequest({ cookies: { session: await signIn() } }, () => action());
    expect(calls).toEqual(["find"]);
  });

  it("sends nothing and sets no cookie for a visitor whose session stays empty", async () => {
    const { withSession, calls } = nextApp();
    const { setCookies } = await inNextRequest(
      {},
      withSession((session) => session.get("cart", [])),
    );
    expect([calls, setCookies]).toEqual([[], []]);
  });

  it.each<[name: string, change: (session: ShopSession) => void]>([
    ["a key that was set", (session) => session.set("cart", ["tea"])],
    ["a change deep inside a value", (session) => session.get("cart")?.push("tea")],
  ])("saves %s", async (_, change) => {
    const { withSession, load, signIn, calls } = nextApp();
    const key = await signIn((session) => session.set("cart", []));
    await inNextRequest({ cookies: { session: key } }, withSession(change));
    expect(calls).toEqual(["find", "update"]);
    expect((await load(key)).get("cart")).toEqual(["tea"]);
  });

  it("saves what `modified` asks for, as in Django", async () => {
    const { withSession, signIn, calls, clock, store, inSeconds } = nextApp({ maxAge: 100 });
    const key = await signIn();
    clock.advance(10);
    await inNextRequest(
      { cookies: { session: key } },
      withSession((session) => {
        session.modified = true;
      }),
    );
    expect(calls).toEqual(["find", "update"]);
    expect((await store.find(storedKey(key)))?.expireDate).toEqual(inSeconds(100));
  });

  it("does not save again after a save()", async () => {
    const { withSession, signIn, calls } = nextApp();
    const action = withSession(async (session) => {
      session.set("userId", 8);
      await session.save();
    });
    await inNextRequest({ cookies: { session: await signIn() } }, () => action());
    expect(calls).toEqual(["find", "update"]);
  });

  it("applies a save once if its acknowledgement was lost, whatever other requests wrote since", async () => {
    const { withSession, load, signIn, store } = nextApp();
    const key = await signIn();
    loseNextAnswer(store, new Error("connection lost"), async () => {
      const other = await load(key);
      expect(other.flash("note")).toBe("once");
      await other.save();
    });
    const action = withSession(async (session) => {
      session.flash("note", "once");
      await session.save().catch(() => {});
    });
    await inNextRequest({ cookies: { session: key } }, () => action());
    expect((await load(key)).flash("note")).toBeUndefined();
  });

  it("keeps the cookie of another session that the handler started", async () => {
    const { getSession, load, store } = nextApp();
    const strict = nextApp({ store, onConflict: "error" });
    for (const cookies of [{}, { session: UNKNOWN_KEY }]) {
      const action = strict.withSession(async () => (await getSession()).markAuthenticated({ userId: 7 }));
      const { setCookies } = await inNextRequest({ cookies }, () => action());
      expect((await load(parseSetCookie(setCookies.at(-1)).value)).get("userId")).toBe(7);
    }
  });

  it("creates a row and sets the cookie for a new session", async () => {
    const { withSession, load, calls } = nextApp();
    const { setCookies } = await inNextRequest(
      {},
      withSession((session) => session.set("userId", 7)),
    );
    expect(calls).toEqual(["insert"]);
    expect((await load(parseSetCookie(setCookies[0]).value)).get("userId")).toBe(7);
  });

  it.each([
    ["throws an error", () => Promise.reject(new Error("no luck"))],
    ["throws a value that is not an Error", () => Promise.reject("no luck")],
    ["throws an error with another digest", () => Promise.reject(Object.assign(new Error("no"), { digest: "42" }))],
  ])("saves nothing if the handler %s, and throws it unchanged", async (_, fail) => {
    const { withSession, signIn, calls } = nextApp();
    const key = await signIn();
    const outcomes: unknown[] = [];
    const action = withSession((session, _request?: Request) => {
      session.set("userId", 8);
      return fail();
    });
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      outcomes.push(await action().catch((error) => error), await action(post()).catch((error) => error));
    });
    const thrown = await fail().catch((error) => error);
    expect(outcomes).toEqual([thrown, thrown]);
    expect([calls, setCookies]).toEqual([["find"], []]);
  });

  it("keeps the changes that the handler saved before it threw", async () => {
    const { withSession, load, signIn } = nextApp();
    const key = await signIn();
    const action = withSession(async (session) => {
      session.set("userId", 8);
      await session.cycleKey();
      throw new Error("no luck");
    });
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      await expect(action()).rejects.toThrow("no luck");
    });
    expect((await load(parseSetCookie(setCookies[0]).value)).get("userId")).toBe(8);
  });

  it("throws the error of the save, with a stack that shows the call of withSession", async () => {
    const { withSession, signIn } = nextApp();
    function userCode() {
      return withSession((session) => session.set("note", new Map()));
    }
    const action = userCode();
    const { result } = await inNextRequest({ cookies: { session: await signIn() } }, () =>
      action().catch((error: unknown) => error),
    );
    expect(result).toMatchObject({ code: "SESSION_SERIALIZATION", path: "note" });
    const lines = String((result as Error).stack).split("\n");
    expect(lines.find((line) => line.startsWith("    at ") && !line.includes("/src/"))).toContain("userCode");
  });

  it("removes the cookie of a session that the handler flushed", async () => {
    const { withSession, signIn, calls } = nextApp();
    const { setCookies } = await inNextRequest(
      { cookies: { session: await signIn() } },
      withSession((session) => session.flush()),
    );
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: "", attributes: { "max-age": "0" } }]);
    expect(calls).toEqual(["find", "delete"]);
  });

  it.each([
    ["unknown", UNKNOWN_KEY],
    ["malformed", "no key at all"],
  ])("keeps a cookie whose key is %s, unless the handler saves a new session or calls flush()", async (_, key) => {
    const { withSession } = nextApp();
    const during = async (handler: (session: ShopSession) => unknown) => {
      const { setCookies } = await inNextRequest({ cookies: { session: key } }, withSession(handler));
      return setCookies.map(parseSetCookie);
    };
    expect(await during((session) => session.get("userId"))).toEqual([]);
    expect(await during((session) => session.set("userId", 7))).toMatchObject([
      { value: expect.stringMatching(/^[a-z0-9]{32}$/) },
    ]);
    expect(await during((session) => session.flush())).toMatchObject([{ value: "", attributes: { "max-age": "0" } }]);
  });

  it("keeps the key and the cookie of a session that was only cleared", async () => {
    const { withSession, load, signIn } = nextApp();
    const key = await signIn();
    const { setCookies } = await inNextRequest(
      { cookies: { session: key } },
      withSession((session) => session.clear()),
    );
    expect(setCookies).toEqual([]);
    expect((await load(key)).toJSON()).toEqual({});
    expect((await load(key)).sessionKey).toBe(key);
  });
});

it.each([
  "",
  7,
  "sign-in",
  "https://other.example/",
  "//other.example/",
  "/\\other.example",
  "/\t/other.example",
  "/é",
])("onInterrupted must be a path, not %j", async (onInterrupted) => {
  const { getSession } = nextApp({ onInterrupted: onInterrupted as string });
  await inNextRequest({}, async () => {
    await expect(getSession()).rejects.toMatchObject({ code: "SESSION_CONFIG", message: /onInterrupted/ });
  });
});
