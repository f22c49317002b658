import { describe, expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { loseNextAnswer } from "../noting-store.ts";
import { storedKey, TWO_WEEKS, UNKNOWN_KEY } from "../support.ts";
import { lost, requestWith, respond, webApp } from "./app.ts";

describe("commitSession", () => {
  it("of an anonymous visitor costs no statement, and leaves the headers alone", async () => {
    const app = webApp();
    const headers = new Headers({ "Cache-Control": "public, max-age=60", "Set-Cookie": "theme=dark" });
    const before = [...headers];
    await respond(app, undefined, (session) => session.get("userId"), headers);
    expect(app.calls).toEqual([]);
    expect([...headers]).toEqual(before);
  });

  it("of a session that was only read leaves the headers alone too", async () => {
    const app = webApp();
    const key = await app.signIn();
    const { headers } = await respond(app, `session=${key}`, (session) => session.get("userId"));
    expect(app.calls).toEqual(["find"]);
    expect([...headers]).toEqual([]);
  });

  it("saves a new session, and sets its cookie", async () => {
    const app = webApp();
    const { session, headers, setCookies } = await respond(app, undefined, (session) => session.set("userId", 7));
    expect(app.calls).toEqual(["insert"]);
    expect(session.sessionKey).toMatch(/^[a-z0-9]{32}$/);
    expect(setCookies).toEqual([
      `session=${session.sessionKey}; Path=/; Expires=Tue, 15 Jan 2030 00:00:00 GMT; Max-Age=1209600; HttpOnly; SameSite=Lax`,
    ]);
    expect([headers.get("vary"), headers.get("cache-control")]).toEqual(["Cookie", "no-store"]);
    expect((await app.load(session.sessionKey)).get("userId")).toBe(7);
  });

  it("saves a change, also one deep inside a value, and moves the cookie along", async () => {
    const app = webApp();
    const key = await app.signIn();
    await respond(app, `session=${key}`, (session) => session.set("cart", []));
    app.clock.advance(60);
    app.calls.length = 0;
    const { setCookies } = await respond(app, `session=${key}`, (session) => session.get("cart")?.push("tea"));
    expect(app.calls).toEqual(["find", "update"]);
    expect(parseSetCookie(setCookies[0])).toMatchObject({ value: key, attributes: { "max-age": String(TWO_WEEKS) } });
    expect((await app.load(key)).get("cart")).toEqual(["tea"]);
  });

  it("sets the cookie to the expiry of a row that another request has built on, after a save whose answer was lost", async () => {
    const app = webApp();
    const key = await app.signIn();
    loseNextAnswer(app.store, lost, async () => {
      app.clock.advance(60);
      const session = await app.load(key);
      session.set("note", "theirs");
      await session.save();
    });
    const { setCookies } = await respond(app, `session=${key}`, (session) => session.set("userId", 8));
    const ofRow = (await app.store.find(storedKey(key)))?.expireDate;
    expect(ofRow).toEqual(app.inSeconds(TWO_WEEKS));
    expect(setCookies.map((text) => new Date(parseSetCookie(text).attributes.expires ?? ""))).toEqual([ofRow]);
  });

  it("keeps the expiry that the row has, if another one was set during the save", async () => {
    const app = webApp();
    const key = await app.signIn();
    const session = await app.getSession(requestWith(`session=${key}`));
    loseNextAnswer(app.store, lost, async () => {
      app.clock.advance(60);
      const other = await app.load(key);
      other.set("note", "theirs");
      await other.save();
      session.setExpiry(0);
    });
    session.set("userId", 8);
    const headers = new Headers();
    await app.commitSession(session, headers);
    expect(parseSetCookie(headers.getSetCookie()[0]).attributes["max-age"]).toBe(String(TWO_WEEKS));
    await app.commitSession(session, headers);
    expect(parseSetCookie(headers.getSetCookie()[0]).attributes["max-age"]).toBeUndefined();
  });

  it("leaves the headers alone where a save moves neither key nor expiry", async () => {
    const app = webApp();
    const key = await app.signIn();
    const { headers } = await respond(app, `session=${key}`, (session) => session.set("userId", 8));
    expect(app.calls).toEqual(["find", "update"]);
    expect([...headers]).toEqual([]);
    expect((await app.load(key)).get("userId")).toBe(8);
  });

  it("saves what was marked as modified by hand", async () => {
    const app = webApp();
    const key = await app.signIn();
    app.clock.advance(60);
    const { setCookies } = await respond(app, `session=${key}`, (session) => {
      session.modified = true;
    });
    expect(app.calls).toEqual(["find", "update"]);
    expect(setCookies).toHaveLength(1);
    expect((await app.store.find(storedKey(key)))?.expireDate).toEqual(app.inSeconds(TWO_WEEKS));
  });

  it("does not save again what a handler saved itself, but sets the cookie", async () => {
    const app = webApp();
    const { session, setCookies } = await respond(app, undefined, async (session) => {
      session.set("userId", 7);
      await session.save();
    });
    expect(app.calls).toEqual(["insert"]);
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: session.sessionKey }]);
  });

  it("sets the new key after cycleKey, once", async () => {
    const app = webApp();
    const key = await app.signIn();
    const { session, setCookies } = await respond(app, `session=${key}`, async (session) => {
      session.set("userId", 8);
      await session.cycleKey();
      await session.cycleKey();
    });
    expect(session.sessionKey).not.toBe(key);
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: session.sessionKey }]);
    expect(await app.store.find(storedKey(key))).toBeUndefined();
  });

  it("keeps key and cookie of a session that was cleared, or emptied", async () => {
    const app = webApp();
    for (const empty of ["clear", "delete"] as const) {
      const key = await app.signIn();
      app.clock.advance(60);
      const { setCookies } = await respond(app, `session=${key}`, (session) => session[empty]("userId"));
      expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: key }]);
      const loaded = await app.load(key);
      expect([loaded.sessionKey, loaded.toJSON()]).toEqual([key, {}]);
    }
  });

  it("never sets a cookie for a session that was empty all along, whatever was done to it", async () => {
    const app = webApp();
    const { headers } = await respond(app, undefined, async (session) => {
      session.set("userId", 7);
      session.delete("userId");
      session.clear();
      await session.flush();
    });
    expect(app.calls).toEqual([]);
    expect([...headers]).toEqual([]);
  });

  it("removes the cookie of a session that was flushed", async () => {
    const app = webApp();
    const key = await app.signIn();
    const { headers, setCookies } = await respond(app, `session=${key}`, (session) => session.flush());
    expect(app.calls).toEqual(["find", "delete"]);
    expect(setCookies).toEqual([
      "session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; SameSite=Lax",
    ]);
    expect([headers.get("vary"), headers.get("cache-control")]).toEqual(["Cookie", "no-store"]);
  });

  it("gives one that was flushed and filled again another key", async () => {
    const app = webApp();
    const key = await app.signIn();
    const { session, setCookies } = await respond(app, `session=${key}`, async (session) => {
      await session.flush();
      session.set("userId", 8);
    });
    expect(session.sessionKey).not.toBe(key);
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: session.sessionKey }]);
    expect((await app.load(key)).sessionKey).toBeNull();
  });
});

describe("commitSession for a cookie that opens no session", () => {
  /** Such cookies, and the statements that each of them costs. */
  const dead: [string, (app: ReturnType<typeof webApp>) => Promise<string>, string[]][] = [
    ["an unknown key", async () => UNKNOWN_KEY, ["find"]],
    ["a malformed key", async () => "no-key", []],
    ["an empty cookie", async () => "", []],
    [
      "the key of a session that expired",
      async (app) => {
        const key = await app.signIn();
        app.clock.advance(TWO_WEEKS);
        return key;
      },
      ["find"],
    ],
    [
      "the key of a row that was tampered with",
      async (app) => {
        const key = await app.signIn();
        const data = (await app.store.find(storedKey(key)))?.data ?? "";
        const guard = { liveAt: app.clock.now(), data };
        await app.store.update(storedKey(key), guard, { data: "{}", expireDate: app.inSeconds(TWO_WEEKS) });
        app.calls.length = 0;
        return key;
      },
      ["find"],
    ],
  ];

  it.each(dead)("leaves the cookie alone: %s", async (_, value, calls) => {
    const app = webApp({ onEvent: () => {} });
    const cookie = `session=${await value(app)}`;
    const headers = new Headers({ "Cache-Control": "public", "Set-Cookie": "theme=dark" });
    const before = [...headers];
    await respond(app, cookie, () => {}, headers);
    expect(app.calls).toEqual(calls);
    expect([...headers]).toEqual(before);
  });

  it.each(dead.filter(([name]) => name !== "an empty cookie"))("flush() removes the cookie: %s", async (_, value) => {
    const app = webApp({ onEvent: () => {} });
    const cookie = `session=${await value(app)}`;
    const { headers, setCookies } = await respond(app, cookie, (session) => session.flush());
    expect(setCookies.map(parseSetCookie)).toMatchObject([
      { name: "session", value: "", attributes: { "max-age": "0" } },
    ]);
    expect([headers.get("vary"), headers.get("cache-control")]).toEqual(["Cookie", "no-store"]);
  });

  it.each(dead)("sets the cookie of a new session, if something was written: %s", async (_, value, calls) => {
    const app = webApp({ onEvent: () => {} });
    const key = await value(app);
    const { session, setCookies } = await respond(app, `session=${key}`, (session) => session.set("userId", 9));
    expect(app.calls).toEqual([...calls, "insert"]);
    expect(session.sessionKey).not.toBe(key);
    expect(setCookies.map(parseSetCookie)).toMatchObject([{ value: session.sessionKey }]);
  });
});

describe("several calls of commitSession", () => {
  it("of one session to the same headers leave one cookie: the last state's", async () => {
    const app = webApp();
    const session = await app.getSession(requestWith());
    const headers = new Headers({ "Set-Cookie": "theme=dark" });
    headers.append("Set-Cookie", "session=; Path=/from-before; Max-Age=0");
    const others = headers.getSetCookie();
    for (const change of [() => session.set("userId", 7), () => session.cycleKey(), () => {}]) {
      await change();
      await app.commitSession(session, headers);
      const [theme, old, own, ...more] = headers.getSetCookie();
      expect([theme, old]).toEqual(others);
      expect(parseSetCookie(own)).toMatchObject({ name: "session", value: session.sessionKey });
      expect(more).toEqual([]);
      app.clock.advance(1);
    }
    await session.flush();
    await app.commitSession(session, headers);
    expect(headers.getSetCookie().slice(2).map(parseSetCookie)).toMatchObject([{ value: "" }]);
    expect([headers.get("vary"), headers.get("cache-control")]).toEqual(["Cookie", "no-store"]);
    expect(app.calls).toEqual(["insert", "update", "delete"]);
  });

  it("at once leave one cookie", async () => {
    const app = webApp();
    const session = await app.getSession(requestWith());
    const headers = new Headers();
    session.set("userId", 7);
    await Promise.all([app.commitSession(session, headers), app.commitSession(session, headers)]);
    expect(headers.getSetCookie().map(parseSetCookie)).toMatchObject([{ value: session.sessionKey }]);
  });

  it("to the headers of another response say the same there", async () => {
    const app = webApp();
    const { session, setCookies } = await respond(app, undefined, (session) => session.set("userId", 7));
    const headers = new Headers();
    await app.commitSession(session, headers);
    expect(headers.getSetCookie()).toEqual(setCookies);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(app.calls).toEqual(["insert"]);
  });
});
