// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { cookies } from "next/headers.js";
import { describe, expect, it, vi } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { storedKey, TWO_WEEKS } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

describe("where the row cannot be written", () => {
  const failure = new Error("connection lost");

  it.each(["save", "create", "markAuthenticated"] as const)("a new session sets no cookie: %s", async (write) => {
    const app = nextApp();
    app.store.insert = () => Promise.reject(failure);
    const { setCookies } = await inNextRequest({}, async () => {
      await expect((await app.getSession())[write]()).rejects.toBe(failure);
    });
    expect(setCookies).toEqual([]);
  });

  it.each(["save", "cycleKey", "markAuthenticated"] as const)("%s touches no cookie", async (write) => {
    const app = nextApp();
    const key = await app.signIn();
    app.clock.advance(60);
    app.store.update = () => Promise.reject(failure);
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      const session = await app.getSession();
      session.set("note", "changed");
      await expect(session[write]()).rejects.toBe(failure);
      expect(session.sessionKey).toBe(key);
    });
    expect(setCookies).toEqual([]);
  });

  it("flush touches no cookie, and the session stays as it was, so that it can be flushed again", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const remove = app.store.delete.bind(app.store);
    app.store.delete = () => Promise.reject(failure);
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      const session = await app.getSession();
      await expect(session.flush()).rejects.toBe(failure);
      expect([session.sessionKey, session.get("userId")]).toEqual([key, 7]);
    });
    expect(setCookies).toEqual([]);
    app.store.delete = remove;
    await inNextRequest({ cookies: { session: key } }, async () => (await app.getSession()).flush());
    expect((await app.load(key)).sessionKey).toBeNull();
  });

  it.each(["save", "cycleKey", "markAuthenticated", "refresh"] as const)(
    "because the row is gone, %s touches no cookie",
    async (write) => {
      const app = nextApp({ refreshAfter: 60 });
      const key = await app.signIn();
      const { setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
        const session = await app.getSession();
        await app.open(key).flush();
        app.clock.advance(60);
        const written: Promise<unknown> = session[write]();
        await (write === "refresh"
          ? expect(written).resolves.toBe(false)
          : expect(written).rejects.toMatchObject({ code: "SESSION_UPDATE" }));
      });
      expect(setCookies).toEqual([]);
    },
  );

  it("a refresh that fails fails getSession, and the next one tries again", async () => {
    const app = nextApp({ refreshAfter: 60 });
    const key = await app.signIn();
    app.clock.advance(60);
    const update = app.store.update.bind(app.store);
    app.store.update = () => Promise.reject(failure);
    await inNextRequest({ cookies: { session: key } }, async () => {
      await expect(app.getSession()).rejects.toBe(failure);
      app.store.update = update;
      expect((await app.getSession()).get("userId")).toBe(7);
    });
    expect((await app.store.find(storedKey(key)))?.expireDate).toEqual(app.inSeconds(TWO_WEEKS));
  });
});

describe("where the row was written, but the cookie could not be set", () => {
  const failure = new Error("headers were sent");

  /** Makes the next `cookies().set()` of a request throw. */
  async function refuseNextCookie() {
    vi.spyOn(await cookies(), "set").mockImplementationOnce(() => {
      throw failure;
    });
  }

  const notTold = expect.objectContaining({
    code: "SESSION_READ_ONLY",
    isWritten: true,
    message: expect.stringMatching(/was saved, but the browser was not told/),
    cause: failure,
  });

  it("the error says so, the session keeps its new key, and the next write sets the cookie", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const { result, setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      const session = await app.getSession();
      await refuseNextCookie();
      await expect(session.markAuthenticated({ userId: 8 })).rejects.toEqual(notTold);
      const newKey = session.sessionKey as string;
      expect(newKey).not.toBe(key);
      expect((await app.load(newKey)).get("userId")).toBe(8);
      await session.save();
      return newKey;
    });
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: result }]);
    expect((await app.load(key)).sessionKey).toBeNull();
  });

  it("withSession is such a next write, if the handler caught the error", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const action = app.withSession(async (session) => {
      await refuseNextCookie();
      await session.cycleKey().catch(() => {});
      return session.sessionKey;
    });
    const { result, setCookies } = await inNextRequest({ cookies: { session: key } }, () => action());
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: result }]);
  });

  it("flush says that the row was deleted, and can be called again", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const { setCookies } = await inNextRequest({ cookies: { session: key } }, async () => {
      const session = await app.getSession();
      await refuseNextCookie();
      await expect(session.flush()).rejects.toMatchObject({
        code: "SESSION_READ_ONLY",
        isWritten: true,
        message: expect.stringMatching(/was deleted, but the browser was not told/),
      });
      expect(await app.store.find(storedKey(key))).toBeUndefined();
      await session.flush();
    });
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: "", attributes: { "max-age": "0" } }]);
  });
});
