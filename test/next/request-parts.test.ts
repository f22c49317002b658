// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { NextRequest, NextResponse } from "next/server.js";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { UNKNOWN_KEY } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

type App = ReturnType<typeof nextApp>;
type Session = Awaited<ReturnType<App["getSession"]>>;

describe("the page that is rendered after an action", () => {
  /** What the page sees, and the statements of action and page. */
  async function pageAfter(app: App, cookie: string | undefined, action: (session: Session) => unknown) {
    const cookies = cookie === undefined ? {} : { session: cookie };
    const { result } = await inNextRequest({ cookies }, async (changePhase) => {
      const session = await app.getSession();
      await action(session);
      changePhase("render");
      const ofPage = await app.getSession();
      expect(ofPage).not.toBe(session);
      return ofPage;
    });
    return { page: result, calls: app.calls };
  }

  it("does not read again what the action has read", async () => {
    const app = nextApp();
    const { page, calls } = await pageAfter(app, await app.signIn(), () => {});
    expect([page.get("userId"), calls]).toEqual([7, ["find"]]);
  });

  it("nor what leads to nothing", async () => {
    const { page, calls } = await pageAfter(nextApp(), UNKNOWN_KEY, () => {});
    expect([page.isEmpty(), page.sessionKey, calls]).toEqual([true, null, ["find"]]);
  });

  it("nor what the action has saved, under whichever key", async () => {
    const app = nextApp();
    const { page, calls } = await pageAfter(app, await app.signIn(), async (session) => {
      session.set("userId", 8);
      await session.save();
      session.set("userId", 9);
      await session.cycleKey();
    });
    expect([page.get("userId"), calls]).toEqual([9, ["find", "update", "rekey"]]);
  });

  it("nor a session that the action has begun", async () => {
    const { page, calls } = await pageAfter(nextApp(), undefined, async (session) => {
      session.set("userId", 8);
      await session.save();
    });
    expect([page.get("userId"), calls]).toEqual([8, ["insert"]]);
  });

  it("nor one whose expiry moved on", async () => {
    const app = nextApp({ refreshAfter: 60 });
    const key = await app.signIn();
    app.clock.advance(60);
    const { page, calls } = await pageAfter(app, key, () => {});
    expect([page.get("userId"), calls]).toEqual([7, ["find", "update"]]);
  });

  it("does not see what the action changed and did not save", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const app = nextApp();
    const key = await app.signIn((session) => session.set("cart", []));
    const { page, calls } = await pageAfter(app, key, (session) => {
      session.set("userId", 8);
      session.get("cart")?.push("tea");
    });
    expect([page.get("userId"), page.get("cart"), calls]).toEqual([7, [], ["find"]]);
  });

  it("cannot write", async () => {
    const app = nextApp();
    const { page } = await pageAfter(app, await app.signIn(), () => {});
    page.set("userId", 8);
    await expect(page.save()).rejects.toMatchObject({ code: "SESSION_READ_ONLY" });
  });

  it("sees what a save brought in from another request", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const { page, calls } = await pageAfter(app, key, async (session) => {
      const other = await app.load(key);
      other.set("theme", "dark");
      await other.save();
      session.set("userId", 8);
      await session.save();
    });
    expect([page.get("userId"), page.get("theme")]).toEqual([8, "dark"]);
    expect(calls).toEqual(["find", "find", "update", "update", "find", "update"]);
  });

  it("reads again after a save that failed", async () => {
    const app = nextApp();
    const { calls, store } = app;
    const { update } = store;
    const { page } = await pageAfter(app, await app.signIn(), async (session) => {
      store.update = () => Promise.reject(new Error("connection lost"));
      session.set("userId", 8);
      await session.save().catch(() => {});
      store.update = update;
      calls.length = 0;
    });
    expect([page.get("userId"), calls]).toEqual([7, ["find"]]);
  });

  it.each<[string, (app: App, session: Session) => unknown]>([
    ["its own flush()", (_app, session) => session.flush()],
    ["its own destroy()", (_app, session) => session.destroy()],
    ["another session object", (app, session) => app.open(session.sessionKey).flush()],
    ["another session object's cycleKey()", async (app, session) => (await app.load(session.sessionKey)).cycleKey()],
    ["revoke()", (app) => app.revoke({})],
    ["revoke() of another createNextSessions()", ({ store, clock }) => nextApp({ store, now: clock.now }).revoke({})],
  ])("knows that the action has ended it, by %s", async (_by, end) => {
    const app = nextApp();
    const { page } = await pageAfter(app, await app.signIn(), (session) => end(app, session));
    expect([page.isEmpty(), page.sessionKey]).toEqual([true, null]);
  });

  it("knows that it was ended while the answer was on its way to the action", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const find = app.store.find.bind(app.store);
    app.store.find = async (storedKey) => {
      const row = await find(storedKey);
      app.store.find = find;
      await app.revoke({});
      return row;
    };
    const { page } = await pageAfter(app, key, (session) => expect(session.get("userId")).toBe(7));
    expect(page.isEmpty()).toBe(true);
  });

  it("reads again what is older than five seconds", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const app = nextApp();
    const { calls } = await pageAfter(app, await app.signIn(), () => vi.advanceTimersByTime(5000));
    expect(calls).toEqual(["find", "find"]);
  });

  it("of another request reads for itself", async () => {
    const app = nextApp();
    const key = await app.signIn();
    await pageAfter(app, key, () => {});
    await pageAfter(app, key, () => {});
    expect(app.calls).toEqual(["find", "find"]);
  });
});

describe("the page behind a proxy", () => {
  const requestOf = (session?: string) =>
    new NextRequest("http://localhost/", { headers: session ? { cookie: `session=${session}`, accept: "*/*" } : {} });

  /** The headers that a response of a proxy tells Next.js to go on with. */
  function overridden({ headers }: NextResponse): Record<string, string> | undefined {
    const names = headers.get("x-middleware-override-headers")?.split(",");
    return (
      names && Object.fromEntries(names.map((name) => [name, String(headers.get(`x-middleware-request-${name}`))]))
    );
  }

  /** Goes through a proxy; returns the headers that its page gets. */
  async function proxied(app: App, key: string, response = NextResponse.next()) {
    await app.getSession(requestOf(key), response);
    return overridden(response) ?? {};
  }

  const page = (app: App, headers: Record<string, string>) =>
    inNextRequest({ headers, phase: "render" }, () => app.getSession());

  let app: App;
  let key: string;
  beforeEach(async () => {
    app = nextApp();
    key = await app.signIn();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("finds what the proxy has read by a header, beside all those of the request", async () => {
    const headers = await proxied(app, key);
    expect(headers).toEqual({
      accept: "*/*",
      cookie: `session=${key}`,
      "x-prisma-db-session": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect((await page(app, headers)).result.get("userId")).toBe(7);
    expect(app.calls).toEqual(["find"]);
  });

  it("also in another bundle, and of what the proxy saved when it had asked", async () => {
    const response = NextResponse.next();
    const session = await app.getSession(requestOf(key), response);
    session.set("userId", 8);
    await session.save();
    const bundle = nextApp({ store: app.store, now: app.clock.now });
    expect((await page(bundle, overridden(response) ?? {})).result.get("userId")).toBe(8);
    expect(app.calls).toEqual(["find", "update"]);
  });

  it("gets the headers that the proxy itself has set", async () => {
    const headers = new Headers({ cookie: `session=${key}`, "x-notice": "hello" });
    expect(Object.keys(await proxied(app, key, NextResponse.next({ request: { headers } })))).toEqual([
      "cookie",
      "x-notice",
      "x-prisma-db-session",
    ]);
  });

  it("finds it if the response is made of the request afterwards", async () => {
    const request = requestOf(key);
    await app.getSession(request, NextResponse.next());
    await page(app, overridden(NextResponse.next({ request })) ?? {});
    expect(app.calls).toEqual(["find"]);
  });

  it("finds it once: whoever sends the header again is nobody's page", async () => {
    const headers = await proxied(app, key);
    await page(app, headers);
    await page(app, headers);
    expect(app.calls).toEqual(["find", "find"]);
  });

  it("reads for itself with a header that somebody made up, or with a key of somebody else's", async () => {
    await page(app, { cookie: `session=${key}`, "x-prisma-db-session": "made-up" });
    await page(app, { ...(await proxied(app, UNKNOWN_KEY)), cookie: `session=${key}` });
    expect(app.calls).toEqual(["find", "find", "find"]);
  });

  it("reads for itself when a session was ended meanwhile", async () => {
    const headers = await proxied(app, key);
    await app.revoke({});
    app.calls.length = 0;
    expect((await page(app, headers)).result.isEmpty()).toBe(true);
    expect(app.calls).toEqual(["find"]);
  });

  it("reads for itself five seconds later, or behind a thousand others", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const late = await proxied(app, key);
    vi.advanceTimersByTime(5000);
    await page(app, late);
    expect(app.calls).toEqual(["find", "find"]);
    const first = await proxied(app, key);
    for (let i = 0; i < 1000; i++) await proxied(app, key);
    app.calls.length = 0;
    await page(app, first);
    expect(app.calls).toEqual(["find"]);
  });

  it("reads for itself where its sessions are of another table, be cookie, key and secret the same", async () => {
    const other = nextApp();
    const headers = await proxied(app, key);
    expect((await page(other, headers)).result.isEmpty()).toBe(true);
    expect((await page(app, headers)).result.get("userId")).toBe(7);
    expect([app.calls, other.calls]).toEqual([["find"], ["find"]]);
  });

  it("is told by the last of two tables' sessions that the proxy asked for, and neither takes the other's row", async () => {
    const other = nextApp();
    const [request, response] = [requestOf(key), NextResponse.next()];
    expect((await app.getSession(request, response)).get("userId")).toBe(7);
    expect((await other.getSession(request, response)).isEmpty()).toBe(true);
    expect((await page(other, overridden(response) ?? {})).result.isEmpty()).toBe(true);
    expect((await page(app, overridden(response) ?? {})).result.get("userId")).toBe(7);
    expect([app.calls, other.calls]).toEqual([["find", "find"], ["find"]]);
  });

  it("knows nothing by a header that was sent to the proxy: that reads for itself", async () => {
    const headers = await proxied(app, key);
    await app.getSession(new NextRequest("http://localhost/", { headers }), NextResponse.next());
    expect(app.calls).toEqual(["find", "find"]);
  });

  it("keeps nothing of the proxy's request", async () => {
    const finalized: string[] = [];
    const registry = new FinalizationRegistry((name: string) => finalized.push(name));
    await (async () => {
      const request = requestOf(key);
      registry.register(request, "request");
      await app.getSession(request, NextResponse.next());
    })();
    await vi.waitFor(() => {
      collectGarbage();
      expect(finalized).toEqual(["request"]);
    });
  });

  it("is not handed anything by a redirect or a rewrite, nor for a visitor without a session", async () => {
    expect(await proxied(app, key, NextResponse.redirect("http://localhost/"))).toEqual({});
    expect(await proxied(app, key, NextResponse.rewrite("http://elsewhere.example/"))).toEqual({});
    const response = NextResponse.next();
    await app.getSession(requestOf(), response);
    expect(overridden(response)).toBeUndefined();
  });
});
