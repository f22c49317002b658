// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { setImmediate } from "node:timers/promises";
import { notFound, redirect } from "next/navigation.js";
import type { DbSession } from "prisma-db-session";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseSetCookie } from "../cookie/set-cookie.ts";
import { gate, type ShopData, UNKNOWN_KEY } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

type ShopSession = DbSession<ShopData>;

const unhandled: unknown[] = [];
const listener = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on("unhandledRejection", listener);
});
afterEach(async () => {
  // Node.js reports unhandled rejections once the microtasks are done.
  await setImmediate();
  process.off("unhandledRejection", listener);
  expect(unhandled).toEqual([]);
});

const failure = new Error("connection lost");
const request = () => new Request("http://localhost/api", { method: "POST" });

/** Runs a handler in a request of a signed-in user. Returns what `withSession` returns or throws. */
async function run(
  handler: (session: ShopSession) => unknown,
  { app = nextApp(), key, args = [] }: { app?: ReturnType<typeof nextApp>; key?: string; args?: Request[] } = {},
) {
  const session = key ?? (await app.signIn());
  const wrapped = app.withSession((session, ..._args: Request[]) => handler(session));
  const { result, setCookies } = await inNextRequest({ cookies: { session } }, () =>
    wrapped(...args).then(
      (returned: unknown) => ({ returned }),
      (thrown: unknown) => ({ thrown }),
    ),
  );
  return { ...(result as { returned?: unknown; thrown?: unknown }), setCookies: setCookies.map(parseSetCookie) };
}

describe("withSession waits for writes that the handler did not await", () => {
  const ends: [name: string, end: () => unknown, args: Request[]][] = [
    ["returns", () => "done", []],
    ["redirects", () => redirect("/"), []],
    ["redirects in a route handler", () => redirect("/"), [request()]],
    ["throws notFound()", () => notFound(), []],
    ["throws", () => Promise.reject(new Error("no luck")), []],
    ["returns a status of 500", () => new Response(null, { status: 500 }), [request()]],
  ];

  it.each(ends)("a flush(), when it %s", async (_, end, args) => {
    const app = nextApp();
    const key = await app.signIn();
    const { setCookies } = await run(
      (session) => {
        void session.flush();
        return end();
      },
      { app, key, args },
    );
    expect(app.calls).toEqual(["find", "delete"]);
    expect((await app.load(key)).sessionKey).toBeNull();
    expect(setCookies).toMatchObject([{ value: "", attributes: { "max-age": "0" } }]);
  });

  it.each(ends)("a save() and what begins during it, when it %s", async (_, end, args) => {
    const app = nextApp();
    const key = await app.signIn();
    await run(
      (session) => {
        session.set("note", "first");
        void session.save().then(() => {
          session.set("note", "second");
          void session.save();
        });
        return end();
      },
      { app, key, args },
    );
    expect((await app.load(key)).get("note")).toBe("second");
  });

  it("but not for what the handler chained to a save()", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const handler = (session: ShopSession) => {
      session.set("note", "saved");
      void session.save().then(() => new Promise(() => {}));
      return "done";
    };
    expect(await run(handler, { app, key })).toMatchObject({ returned: "done" });
    expect((await app.load(key)).get("note")).toBe("saved");
  });

  it("also if the handler is not async", async () => {
    const app = nextApp();
    const key = await app.signIn();
    await run((session) => session.markAuthenticated({ userId: 8 }), { app, key });
    expect((await app.load(key)).sessionKey).toBeNull();
  });
});

describe("the error of a write that the handler did not await", () => {
  const failing = () => {
    const app = nextApp();
    const { update } = app.store;
    const restore = () => Object.assign(app.store, { update });
    app.store.update = () => Promise.reject(failure);
    return { app, restore };
  };
  const change = (session: ShopSession) => session.set("userId", 8);

  it.each<[string, (session: ShopSession) => void]>([
    ["save()", (session) => void session.save()],
    ["save().then()", (session) => void session.save().then(() => {})],
    ["save().finally()", (session) => void session.save().finally(() => {})],
    ["cycleKey()", (session) => void session.cycleKey()],
  ])("is thrown by withSession: %s", async (_, write) => {
    const { app } = failing();
    const handler = (session: ShopSession) => {
      change(session);
      write(session);
      return "done";
    };
    expect(await run(handler, { app })).toMatchObject({ thrown: failure });
    expect(await run(handler, { app, args: [request()] })).toMatchObject({ thrown: failure });
  });

  it("is thrown in place of a redirect, because the page behind it would show the old state", async () => {
    const { app } = failing();
    const { thrown } = await run(
      (session) => {
        change(session);
        void session.save();
        redirect("/");
      },
      { app },
    );
    expect(thrown).toBe(failure);
  });

  it("is thrown in place of a response of 500", async () => {
    const { app } = failing();
    const { thrown } = await run(
      (session) => {
        void session.save();
        return new Response(null, { status: 500 });
      },
      { app, args: [request()] },
    );
    expect(thrown).toBe(failure);
  });

  it("is not thrown if the handler itself threw", async () => {
    const { app } = failing();
    const own = new Error("no luck");
    const { thrown } = await run(
      (session) => {
        void session.save();
        throw own;
      },
      { app },
    );
    expect(thrown).toBe(own);
  });

  it("is thrown once: the first of several", async () => {
    const { app } = failing();
    const second = new Error("still lost");
    const { thrown } = await run(
      (session) => {
        void session.save();
        app.store.delete = () => Promise.reject(second);
        void session.flush();
      },
      { app },
    );
    expect(thrown).toBe(failure);
  });

  it("of a row that is gone is the answer for an ended session", async () => {
    const app = nextApp();
    const { returned } = await run(
      async (session) => {
        await app.open(session.sessionKey).flush();
        void session.save();
      },
      { app, args: [request()] },
    );
    expect(returned).toMatchObject({ status: 400 });
  });

  it.each<[string, (session: ShopSession) => Promise<unknown>]>([
    ["catch()", (session) => session.save().catch(() => {})],
    ["then() with two arguments", (session) => session.save().then(undefined, () => {})],
    [
      "then() and catch()",
      (session) =>
        session
          .save()
          .then(() => {})
          .catch(() => {}),
    ],
    ["Promise.allSettled()", (session) => Promise.allSettled([session.save()])],
    ["Promise.all() in a try block", (session) => caught(Promise.all([session.save(), session.save()]))],
    ["a try block", (session) => caught(session.save())],
  ])("is not thrown again if the handler caught it by %s", async (_, write) => {
    const { app, restore } = failing();
    const { returned } = await run(
      async (session) => {
        change(session);
        await write(session);
        restore();
        return "done";
      },
      { app },
    );
    expect(returned).toBe("done");
  });

  it("is not thrown again if the handler caught it long after the write failed", async () => {
    const { app, restore } = failing();
    const { returned } = await run(
      async (session) => {
        change(session);
        const write = session.save();
        await setImmediate();
        restore();
        await caught(write);
        return "done";
      },
      { app },
    );
    expect(returned).toBe("done");
  });

  it("is the handler's own if the handler returns the promise", async () => {
    const { app } = failing();
    expect(await run((session) => session.save(), { app })).toMatchObject({ thrown: failure });
  });
});

describe("after a failed write that the handler caught, withSession", () => {
  it("saves the change, since nothing is applied twice", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const { update } = app.store;
    app.store.update = () => Promise.reject(failure);
    await run(
      async (session) => {
        session.set("userId", 8);
        await caught(session.save());
        Object.assign(app.store, { update });
      },
      { app, key },
    );
    expect((await app.load(key)).get("userId")).toBe(8);
  });

  it.each([false, true])(
    'saves nothing after a ConflictError of `onConflict: "error"` (changed since: %s)',
    async (again) => {
      const app = nextApp({ onConflict: "error" });
      const key = await app.signIn();
      const { returned } = await run(
        async (session) => {
          const other = await app.load(key);
          other.set("userId", 9);
          await other.save();
          session.set("userId", 8);
          await expect(session.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
          if (again) session.set("note", "since");
          return "done";
        },
        { app, key },
      );
      expect(returned).toBe("done");
      expect((await app.load(key)).toJSON()).toEqual({ userId: 9 });
    },
  );
});

it("saves what is set after a ConflictError and a flush()", async () => {
  const app = nextApp({ onConflict: "error" });
  const key = await app.signIn();
  const { setCookies } = await run(
    async (session) => {
      const other = await app.load(key);
      other.set("userId", 9);
      await other.save();
      session.set("userId", 8);
      await expect(session.save()).rejects.toMatchObject({ code: "SESSION_CONFLICT" });
      await session.flush();
      session.set("note", "signed out");
    },
    { app, key },
  );
  const newKey = String(setCookies.at(-1)?.value);
  expect((await app.load(newKey)).toJSON()).toEqual({ note: "signed out" });
});

describe("two handlers of one session", () => {
  it("at once wait for their own writes, and what is written after both is nobody's", async () => {
    const app = nextApp();
    const key = await app.signIn();
    const { open, opened } = gate();
    const slow = app.withSession(async (session) => {
      await opened;
      void session.flush();
    });
    const fast = app.withSession(async (session) => session.get("userId"));
    await inNextRequest({ cookies: { session: key } }, async () => {
      const running = slow();
      expect(await fast()).toBe(7);
      open();
      await running;
      expect((await app.load(key)).sessionKey).toBeNull();
      const later = (await app.getSession()).save();
      expect(Object.getPrototypeOf(later)).toBe(Promise.prototype);
      await later;
    });
  });
});

describe("sameOrigin", () => {
  const send = async (method: string, headers: Record<string, string>, sameOrigin?: boolean) => {
    const app = nextApp({ refreshAfter: 60 });
    const key = await app.signIn();
    app.clock.advance(60);
    const options = sameOrigin === undefined ? undefined : { sameOrigin };
    const handler = app.withSession(async (_session, _request: Request) => new Response("done"), options);
    const { result, setCookies } = await inNextRequest({ cookies: { session: key } }, () =>
      handler(new Request("http://localhost/api", { method, headers })),
    );
    return { status: result.status, calls: app.calls, setCookies };
  };
  const elsewhere = { "sec-fetch-site": "cross-site" };

  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "answers a %s of another site with 403, and reads nothing",
    async (method) => {
      expect(await send(method, elsewhere, true)).toEqual({ status: 403, calls: [], setCookies: [] });
      expect(await send(method, { origin: "https://evil.example", host: "localhost" }, true)).toMatchObject({
        status: 403,
      });
    },
  );

  it.each(["GET", "HEAD"])("lets a %s of another site through", async (method) => {
    expect(await send(method, elsewhere, true)).toMatchObject({ status: 200 });
  });

  it("is a clear error if the handler does not get its request", async () => {
    const app = nextApp();
    const handler = app.withSession(async (_session, _body: object) => "done", { sameOrigin: true });
    await expect(inNextRequest({}, () => handler({}))).rejects.toThrow(/`sameOrigin` needs the request/);
    expect(app.calls).toEqual([]);
  });

  it("refuses a misspelt name", () => {
    const options = { sameorigin: true } as object;
    expect(() => nextApp().withSession(async () => "done", options)).toThrow(
      /`withSession\.sameorigin` is an unknown option\. Did you mean `withSession\.sameOrigin`\?/,
    );
  });

  it("lets requests of this site through, and without the option all", async () => {
    expect(await send("POST", { "sec-fetch-site": "same-origin" }, true)).toMatchObject({ status: 200 });
    expect(await send("POST", elsewhere)).toMatchObject({ status: 200 });
    expect(await send("POST", elsewhere, false)).toMatchObject({ status: 200 });
  });
});

it("a request whose cookie opens no session may write without `await` too", async () => {
  const { setCookies } = await run(
    (session) => {
      session.set("userId", 8);
      void session.save();
    },
    { key: UNKNOWN_KEY },
  );
  expect(setCookies).toHaveLength(1);
});

async function caught(promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch {}
}
