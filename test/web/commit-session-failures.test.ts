import { describe, expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { loseNextAnswer } from "../noting-store.ts";
import { storedKey } from "../support.ts";
import { lost, requestWith, respond, webApp } from "./app.ts";

describe("where a session cannot be saved", () => {
  const unchanged = { "cache-control": "public", vary: "Accept" };

  it.each(["insert", "update"] as const)("no header is touched: %s fails", async (verb) => {
    const app = webApp();
    const key = await app.signIn();
    const failure = new Error("connection lost");
    Object.assign(app.store, { [verb]: () => Promise.reject(failure) });
    app.clock.advance(60);
    const headers = new Headers(unchanged);
    const cookie = verb === "update" ? `session=${key}` : undefined;
    await expect(respond(app, cookie, (session) => session.set("userId", 8), headers)).rejects.toBe(failure);
    expect(Object.fromEntries(headers)).toEqual(unchanged);
  });

  it("no header is touched: a value that is none", async () => {
    const app = webApp();
    const headers = new Headers(unchanged);
    const commit = respond(app, undefined, (session) => session.set("note", new Date(0)), headers);
    await expect(commit).rejects.toMatchObject({ code: "SESSION_SERIALIZATION" });
    expect(Object.fromEntries(headers)).toEqual(unchanged);
  });

  it("no header is touched by what was saved before, either", async () => {
    const app = webApp({ refreshAfter: 60 });
    const key = await app.signIn();
    app.clock.advance(60);
    const headers = new Headers(unchanged);
    const commit = respond(app, `session=${key}`, (session) => session.set("note", new Date(0)), headers);
    await expect(commit).rejects.toMatchObject({ code: "SESSION_SERIALIZATION" });
    expect(app.calls, "it was refreshed").toEqual(["find", "update"]);
    expect(Object.fromEntries(headers)).toEqual(unchanged);
  });

  it("because its row is gone: no header is touched, until flush() removes the cookie", async () => {
    const app = webApp();
    const key = await app.signIn();
    const session = await app.getSession(requestWith(`session=${key}`));
    await app.open(key).flush();
    session.set("userId", 8);
    const headers = new Headers(unchanged);
    await expect(app.commitSession(session, headers)).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect(Object.fromEntries(headers)).toEqual(unchanged);
    await session.flush();
    await app.commitSession(session, headers);
    expect(headers.getSetCookie().map(parseSetCookie)).toMatchObject([{ value: "", attributes: { "max-age": "0" } }]);
    expect(await app.store.find(storedKey(key))).toBeUndefined();
  });

  it("after the handler's save lost its answer, nothing is applied twice", async () => {
    const app = webApp();
    const key = await app.signIn();
    const session = await app.getSession(requestWith(`session=${key}`));
    loseNextAnswer(app.store, lost, async () => {
      const other = await app.load(key);
      expect(other.flash("note")).toBe("once");
      await other.save();
    });
    session.flash("note", "once");
    await session.save();
    await app.commitSession(session, new Headers(unchanged));
    expect((await app.load(key)).flash("note")).toBeUndefined();
  });

  it("after a save that the handler caught, commitSession saves the change", async () => {
    const app = webApp();
    const key = await app.signIn();
    const session = await app.getSession(requestWith(`session=${key}`));
    const update = app.store.update.bind(app.store);
    app.store.update = async () => {
      app.store.update = update;
      throw new Error("connection lost");
    };
    session.set("userId", 8);
    await session.save().catch(() => {});
    await app.commitSession(session, new Headers());
    expect((await app.load(key)).get("userId")).toBe(8);
  });

  it("a new session leaves nothing behind that a later call would write", async () => {
    const app = webApp();
    const session = await app.getSession(requestWith());
    const insert = app.store.insert.bind(app.store);
    app.store.insert = () => Promise.reject(new Error("connection lost"));
    session.set("userId", 7);
    const headers = new Headers();
    await expect(app.commitSession(session, headers)).rejects.toThrow("connection lost");
    app.store.insert = insert;
    session.delete("userId");
    await app.commitSession(session, headers);
    expect([...headers]).toEqual([]);
  });
});

describe("commitSession refuses", () => {
  const nothingToCommit = {
    name: "TypeError",
    message: expect.stringMatching(/has no cookie.* `await getSession\(request\)`/),
  };

  it("a session of open() and load(), which have no cookie, and saves nothing of it", async () => {
    const app = webApp();
    const key = await app.signIn();
    for (const session of [app.open(), await app.load(key)]) {
      session.set("userId", 8);
      const headers = new Headers();
      await expect(app.commitSession(session, headers)).rejects.toMatchObject(nothingToCommit);
      expect([...headers]).toEqual([]);
    }
    expect(app.calls).toEqual(["find"]);
  });

  it("a session of another createWebSessions()", async () => {
    const [one, another] = [webApp(), webApp()];
    const session = await one.getSession(requestWith());
    await expect(another.commitSession(session, new Headers())).rejects.toMatchObject(nothingToCommit);
  });

  it("headers that cannot be changed, before anything is saved; but not where there is nothing to write to them", async () => {
    const app = webApp();
    const { headers } = Response.redirect("https://shop.example/cart", 303);
    const session = await app.getSession(requestWith());
    await app.commitSession(session, headers);
    session.set("userId", 7);
    await expect(app.commitSession(session, headers)).rejects.toMatchObject({
      name: "TypeError",
      message: expect.stringMatching(/cannot be changed.*`new Response\(response\.body, response\)`/),
      cause: expect.any(TypeError),
    });
    expect(app.calls).toEqual([]);

    const response = Response.redirect("https://shop.example/cart", 303);
    const copy = new Response(response.body, response);
    await app.commitSession(session, copy.headers);
    expect(copy.headers.getSetCookie().map(parseSetCookie)).toMatchObject([{ value: session.sessionKey }]);
    expect([copy.status, copy.headers.get("location")]).toEqual([303, "https://shop.example/cart"]);
  });
});
