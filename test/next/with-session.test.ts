// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { forbidden, notFound, permanentRedirect, redirect, unauthorized } from "next/navigation.js";
import type { DbSession } from "prisma-db-session";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { loseNextAnswer } from "../noting-store.ts";
import { type ShopData, storedKey, UNKNOWN_KEY } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

type ShopSession = DbSession<ShopData>;

const post = (init: RequestInit = {}) => new Request("http://localhost/api", { method: "POST", ...init });
const uncached = { "cache-control": "no-store", vary: "Cookie" };

/** What a thrown redirect() and its kin are to Next.js. */
const CONTROL_FLOW: [name: string, raise: () => never, status: number, headers: Record<string, string>][] = [
  ["redirect()", () => redirect("/next?a=1;b=2"), 307, { location: "/next?a=1;b=2" }],
  ["permanentRedirect()", () => permanentRedirect("/next"), 308, { location: "/next" }],
  ["notFound()", () => notFound(), 404, {}],
  ["unauthorized()", () => unauthorized(), 401, {}],
  ["forbidden()", () => forbidden(), 403, {}],
];

beforeAll(() => {
  vi.stubEnv("__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS", "1");
  return () => vi.unstubAllEnvs();
});

describe("withSession", () => {
  it("hands the session over first, loaded, and keeps the other arguments and the result", async () => {
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

  it("costs a visitor without a session nothing, if nothing is put into one", async () => {
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

  it("does not save again what was saved", async () => {
    const { withSession, signIn, calls } = nextApp();
    const action = withSession(async (session) => {
      session.set("userId", 8);
      await session.save();
    });
    await inNextRequest({ cookies: { session: await signIn() } }, () => action());
    expect(calls).toEqual(["find", "update"]);
  });

  it("applies a save that lost its answer once, whatever other requests wrote since", async () => {
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

  it("leaves the cookie of another session alone that was begun in the meantime", async () => {
    const { getSession, load, store } = nextApp();
    const strict = nextApp({ store, onConflict: "error" });
    for (const cookies of [{}, { session: UNKNOWN_KEY }]) {
      const action = strict.withSession(async () => (await getSession()).markAuthenticated({ userId: 7 }));
      const { setCookies } = await inNextRequest({ cookies }, () => action());
      expect((await load(parseSetCookie(setCookies.at(-1)).value)).get("userId")).toBe(7);
    }
  });

  it("makes a row and sets the cookie for a new session", async () => {
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
    ["throws what is no error", () => Promise.reject("no luck")],
    ["throws an error with another digest", () => Promise.reject(Object.assign(new Error("no"), { digest: "42" }))],
  ])("saves nothing when the handler %s, which reaches Next.js as it is", async (_, fail) => {
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

  it("leaves what the handler saved before it threw", async () => {
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

  it("throws what the save throws, with a stack that leads to the call of withSession", async () => {
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
  ])("leaves a cookie alone whose key is %s, unless a new session was saved or flush() was called", async (_, key) => {
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

describe("withSession in a route handler", () => {
  const handle = (app: ReturnType<typeof nextApp>, handler: (session: ShopSession) => Response | Promise<Response>) => {
    const handler_ = app.withSession((session, _request: Request) => handler(session));
    return async (key: string | undefined, request = post()) => {
      const cookies: Record<string, string> = key === undefined ? {} : { session: key };
      const { result, setCookies } = await inNextRequest({ cookies }, () => handler_(request));
      return { response: result, headers: Object.fromEntries(result.headers), setCookies };
    };
  };

  it("keeps a response that sets the cookie out of caches", async () => {
    const app = nextApp();
    const { headers, setCookies } = await handle(app, (session) => {
      session.set("userId", 7);
      return new Response("welcome", { headers: { Vary: "Accept", "Cache-Control": "max-age=60" } });
    })(undefined);
    expect(setCookies).toHaveLength(1);
    expect(headers).toMatchObject({ vary: "Accept, Cookie", "cache-control": "no-store" });
  });

  it("leaves a response that does not set the cookie as it is", async () => {
    const app = nextApp();
    const given = new Response("as it was");
    const { response, headers } = await handle(app, () => given)(await app.signIn());
    expect(response).toBe(given);
    expect(headers).not.toHaveProperty("cache-control");
  });

  it("copies a response whose headers cannot be changed", async () => {
    const app = nextApp();
    const { response, headers } = await handle(app, (session) => {
      session.set("userId", 7);
      return Response.redirect("http://localhost/next", 303);
    })(undefined);
    expect(response.status).toBe(303);
    expect(headers).toEqual({ location: "http://localhost/next", ...uncached });
  });

  it("saves before a stream begins", async () => {
    const app = nextApp();
    const { response } = await handle(app, (session) => {
      session.set("userId", 8);
      const body = new ReadableStream(
        {
          pull(controller) {
            controller.enqueue(new TextEncoder().encode(app.calls.join()));
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(body);
    })(await app.signIn());
    expect(await response.text()).toBe("find,update");
  });

  it("saves nothing for a `Response.error()`, and gives it to Next.js as it is", async () => {
    const app = nextApp();
    const given = Response.error();
    const { response } = await handle(app, async (session) => {
      await session.cycleKey();
      session.set("userId", 8);
      return given;
    })(await app.signIn());
    expect(response).toBe(given);
    expect(app.calls).toEqual(["find", "update"]);
  });

  it("is told from an action by the request, wherever that stands among the arguments", async () => {
    const app = nextApp();
    const handler = app.withSession((session, _name: string, _request: Request): Response => {
      session.set("userId", 7);
      return notFound();
    });
    const { result } = await inNextRequest({}, () => handler("a name", post()));
    expect(result.status).toBe(404);
  });

  it.each([
    [499, ["find", "update"]],
    [500, ["find"]],
    [503, ["find"]],
  ])("saves nothing when the response says that the server failed: %i", async (status, statements) => {
    const app = nextApp();
    const { response } = await handle(app, (session) => {
      session.set("userId", 8);
      return new Response(null, { status });
    })(await app.signIn());
    expect(response.status).toBe(status);
    expect(app.calls).toEqual(statements);
  });

  it.each(CONTROL_FLOW)("answers %s itself, with the session saved", async (_, raise, status, headers) => {
    const app = nextApp();
    const answered = await handle(app, (session) => {
      session.set("userId", 7);
      return raise();
    })(undefined);
    expect(answered.response.status).toBe(status);
    expect(answered.headers).toEqual({ ...headers, ...uncached });
    expect((await app.load(parseSetCookie(answered.setCookies[0]).value)).get("userId")).toBe(7);
  });

  it.each([
    ["a form", post({ body: new FormData() })],
    ["an urlencoded form", post({ headers: { "Content-Type": "application/x-www-form-urlencoded" } })],
  ])("redirects from %s to a GET, as Next.js does", async (_, request) => {
    const app = nextApp();
    const { response } = await handle(app, () => redirect("/next"))(await app.signIn(), request);
    expect(response.status).toBe(303);
  });

  it("answers 400, and leaves the cookie alone, if the session was signed out in the meantime", async () => {
    const app = nextApp();
    const { response, headers, setCookies } = await handle(app, async (session) => {
      session.set("cart", ["tea"]);
      await app.open(session.sessionKey).flush();
      return new Response("done");
    })(await app.signIn());
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("The session has ended. Please sign in again.");
    expect(headers).not.toHaveProperty("cache-control");
    expect(setCookies).toEqual([]);
    expect(app.calls.filter((call) => call === "insert")).toEqual([]);
  });

  it("redirects to `onInterrupted` instead", async () => {
    const app = nextApp({ onInterrupted: "/sign-in?ended" });
    const { response, headers } = await handle(app, async (session) => {
      session.set("cart", ["tea"]);
      await app.open(session.sessionKey).flush();
      return new Response("done");
    })(await app.signIn());
    expect(response.status).toBe(303);
    expect(headers).toEqual({ location: "/sign-in?ended" });
  });

  it("puts the base path before `onInterrupted`, which Next.js does not do for handlers", async () => {
    const app = nextApp({ onInterrupted: "/sign-in" });
    const request = Object.assign(post(), { nextUrl: { basePath: "/shop" } });
    const handler = handle(app, async (session) => {
      await app.open(session.sessionKey).flush();
      session.set("cart", ["tea"]);
      return new Response("done");
    });
    const { headers } = await handler(await app.signIn(), request);
    expect(headers).toMatchObject({ location: "/shop/sign-in" });
  });

  it("answers 400 too when the handler's own save found the session ended", async () => {
    const app = nextApp();
    const { response } = await handle(app, async (session) => {
      await app.open(session.sessionKey).flush();
      await session.cycleKey();
      return new Response("done");
    })(await app.signIn());
    expect(response.status).toBe(400);
  });

  it("but not when another session, which the handler opened, had ended", async () => {
    const app = nextApp();
    const [own, other] = [await app.signIn(), await app.signIn()];
    const handler = handle(app, async () => {
      const session = await app.load(other);
      await app.open(other).flush();
      await session.cycleKey();
      return new Response("done");
    });
    await expect(handler(own)).rejects.toMatchObject({ code: "SESSION_UPDATE" });
    expect((await app.load(own)).get("userId")).toBe(7);
  });
});

describe("withSession in a server action", () => {
  it.each(CONTROL_FLOW)("saves, and hands %s on to Next.js", async (_, raise) => {
    const { withSession, load } = nextApp();
    const action = withSession((session) => {
      session.set("userId", 7);
      return raise();
    });
    const { result, setCookies } = await inNextRequest({}, () => action().catch((error: unknown) => error));
    expect(result).toEqual(catchOf(raise));
    expect((await load(parseSetCookie(setCookies[0]).value)).get("userId")).toBe(7);
  });

  it("sets no cookie where neither key nor expiry changes", async () => {
    const { withSession, signIn, clock } = nextApp();
    const key = await signIn((session) => session.setExpiry(0));
    clock.advance(60);
    const { setCookies } = await inNextRequest(
      { cookies: { session: key } },
      withSession((session) => session.set("userId", 8)),
    );
    expect(setCookies).toEqual([]);
  });

  it("throws SessionInterruptedError, and leaves the cookie alone, if the session was signed out in the meantime", async () => {
    const { withSession, open, signIn } = nextApp();
    const action = withSession(async (session) => {
      session.set("cart", ["tea"]);
      await open(session.sessionKey).flush();
    });
    const { setCookies } = await inNextRequest({ cookies: { session: await signIn() } }, async () => {
      await expect(action()).rejects.toMatchObject({
        code: "SESSION_INTERRUPTED",
        digest: "SESSION_INTERRUPTED",
        cause: { code: "SESSION_UPDATE" },
      });
    });
    expect(setCookies).toEqual([]);
  });

  it("redirects to `onInterrupted` instead", async () => {
    const { withSession, open, signIn } = nextApp({ onInterrupted: "/sign-in" });
    const action = withSession(async (session) => {
      session.set("cart", ["tea"]);
      await open(session.sessionKey).flush();
    });
    const { result } = await inNextRequest({ cookies: { session: await signIn() } }, () =>
      action().catch(({ digest }) => digest),
    );
    expect(result).toMatch(/^NEXT_REDIRECT;\w+;\/sign-in;/);
  });

  it("counts an argument that only looks like a request as an argument", async () => {
    const { withSession, open, signIn } = nextApp();
    const action = withSession(async (session, _given: unknown) => {
      session.set("cart", ["tea"]);
      await open(session.sessionKey).flush();
    });
    const forged = { method: "POST", headers: new Map(), url: "http://localhost/" };
    await inNextRequest({ cookies: { session: await signIn() } }, async () => {
      await expect(action(forged)).rejects.toMatchObject({ code: "SESSION_INTERRUPTED" });
    });
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

function catchOf(raise: () => never): unknown {
  try {
    raise();
  } catch (error) {
    return error;
  }
}
