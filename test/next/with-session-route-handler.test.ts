// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { notFound, redirect } from "next/navigation.js";
import type { DbSession } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import type { ShopData } from "../support.ts";
import { nextApp } from "./app.ts";
import { allowAuthInterrupts, CONTROL_FLOW } from "./control-flow-cases.ts";
import { inNextRequest } from "./request.ts";

type ShopSession = DbSession<ShopData>;

const post = (init: RequestInit = {}) => new Request("http://localhost/api", { method: "POST", ...init });

const uncached = { "cache-control": "no-store", vary: "Cookie" };

allowAuthInterrupts();

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

  it("returns a response that does not set the cookie unchanged", async () => {
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

  it("saves nothing for a `Response.error()`, and returns it unchanged", async () => {
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

  it("is recognised by the request, at any position of the arguments", async () => {
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
  ])("saves nothing for the status of a server error: %i", async (status, statements) => {
    const app = nextApp();
    const { response } = await handle(app, (session) => {
      session.set("userId", 8);
      return new Response(null, { status });
    })(await app.signIn());
    expect(response.status).toBe(status);
    expect(app.calls).toEqual(statements);
  });

  it.each(CONTROL_FLOW)("answers %s itself, after saving the session", async (_, raise, status, headers) => {
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

  it("answers 400 and keeps the cookie if another request signed out", async () => {
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

  it("adds the base path to `onInterrupted`, because Next.js does not do this for route handlers", async () => {
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

  it("answers 400 too if the handler's own write finds that the session has ended", async () => {
    const app = nextApp();
    const { response } = await handle(app, async (session) => {
      await app.open(session.sessionKey).flush();
      await session.cycleKey();
      return new Response("done");
    })(await app.signIn());
    expect(response.status).toBe(400);
  });

  it("does not answer 400 if another session that the handler opened has ended", async () => {
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
