import { forbidden, notFound, redirect } from "next/navigation.js";
import { memoryStore, SessionReadOnlyError } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { cookies, createTestBrowser, draftMode, headers } from "prisma-db-session/testing";
import { createWebSessions } from "prisma-db-session/web";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { describeEachPrisma7Database } from "../databases/index.ts";
import { SECRET, type ShopData } from "../support.ts";

vi.mock("next/headers", () => import("prisma-db-session/testing"));

beforeAll(() => {
  vi.stubEnv("__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS", "1");
  return () => vi.unstubAllEnvs();
});

/** An app on a store in memory. */
function app() {
  const store = memoryStore();
  const { getSession, withSession, load } = createNextSessions<ShopData>({ store, secret: SECRET });
  const signIn = withSession(async (session, userId: number) => {
    if (userId < 0) redirect("/sign-in?failed");
    await session.markAuthenticated({ userId });
    redirect("/");
  });
  const signOut = withSession((session) => session.flush());
  const addToCart = withSession(async (session, request: Request) => {
    session.setDefault("cart", []).push(await request.text());
    return Response.json(session.get("cart"));
  });
  const page = async () => (await getSession()).get("userId");
  return { store, getSession, withSession, load, signIn, signOut, addToCart, page };
}

describe("a test browser", () => {
  it("encodes the values of cookies as Next.js does", async () => {
    const browser = createTestBrowser();
    const text = "Zoë ✓; admin=1";
    await browser.action(async () => (await cookies()).set("name", text));
    expect((await browser.render(async () => (await cookies()).get("name")?.value)).result).toBe(text);
    expect((await browser.render(async () => (await headers()).get("cookie"))).result).toBe(
      `name=${encodeURIComponent(text)}`,
    );
    await browser.fetch(async () => new Response(null, { headers: { "set-cookie": "name=x%20y; Path=/" } }), "/");
    expect((await browser.render(async () => (await cookies()).get("name")?.value)).result).toBe("x y");
  });

  it("is signed in by an action, until it signs out", async () => {
    const { signIn, signOut, page } = app();
    const browser = createTestBrowser();
    expect(await browser.action(() => signIn(7))).toEqual({ result: undefined, redirect: "/", status: 307 });
    expect(await browser.render(page)).toEqual({ result: 7, redirect: undefined, status: undefined });
    expect([...browser.cookies.keys()]).toEqual(["session"]);

    await browser.action(signOut);
    expect((await browser.render(page)).result).toBeUndefined();
    expect(browser.cookies.size).toBe(0);
  });

  it("tells a failed sign-in from a successful one", async () => {
    const { signIn } = app();
    const browser = createTestBrowser();
    expect((await browser.action(() => signIn(-1))).redirect).toBe("/sign-in?failed");
    expect(browser.cookies.size).toBe(0);
  });

  it("shares nothing with another one, but the store", async () => {
    const { signIn, page, withSession } = app();
    const [mine, theirs] = [createTestBrowser(), createTestBrowser()];
    const [, { result }] = await Promise.all([mine.action(() => signIn(7)), theirs.render(page)]);
    expect(result).toBeUndefined();
    await theirs.action(() => signIn(8));
    expect([(await mine.render(page)).result, (await theirs.render(page)).result]).toEqual([7, 8]);

    theirs.cookies.set("session", mine.cookies.get("session") ?? "");
    expect((await theirs.action(withSession((session) => session.get("userId")))).result).toBe(7);
  });

  it("gives the same session in one request, and loads it again in the next one", async () => {
    const { getSession, signIn } = app();
    const browser = createTestBrowser();
    await browser.action(() => signIn(7));
    const load = async () => {
      const session = await getSession();
      expect(await getSession()).toBe(session);
      return session;
    };
    const first = await browser.render(load);
    expect((await browser.render(load)).result).not.toBe(first.result);
  });

  it("lets no page write, as Next.js", async () => {
    const { getSession } = app();
    const browser = createTestBrowser();
    const page = async () => {
      const session = await getSession();
      session.set("userId", 7);
      await session.save();
    };
    await expect(browser.render(page)).rejects.toBeInstanceOf(SessionReadOnlyError);
    for (const change of ["set", "delete"] as const) {
      const set = browser.render(async () => (await cookies())[change]("theme", "dark"));
      await expect(set).rejects.toThrow("Cookies can only be modified in a Server Action or Route Handler");
    }
    expect(browser.cookies.size).toBe(0);
  });

  it.each<[what: string, raise: () => never, outcome: object]>([
    ["notFound()", notFound, { status: 404, redirect: undefined }],
    ["forbidden()", forbidden, { status: 403, redirect: undefined }],
    ["redirect()", () => redirect("/sign-in"), { status: 307, redirect: "/sign-in" }],
  ])("says how a page ends by %s", async (_, raise, outcome) => {
    expect(await createTestBrowser().render(raise)).toMatchObject(outcome);
  });

  it("rejects by any other error, and keeps the cookies of the action", async () => {
    const browser = createTestBrowser();
    const action = async () => {
      (await cookies()).set("theme", "dark");
      throw new Error("out of order");
    };
    await expect(browser.action(action)).rejects.toThrow("out of order");
    expect(browser.cookies).toEqual(new Map([["theme", "dark"]]));
  });
});

describeEachPrisma7Database("a test browser", (db) => {
  it("runs on a Prisma model too", async () => {
    const { getSession, withSession } = createNextSessions<ShopData>({ model: db().prisma.session, secret: SECRET });
    const browser = createTestBrowser();
    await browser.action(withSession((session) => session.markAuthenticated({ userId: 7 })));
    expect((await browser.render(async () => (await getSession()).get("userId"))).result).toBe(7);
  });
});

describe("a test browser's fetch()", () => {
  it("runs a route handler with a request, and keeps its cookies", async () => {
    const { addToCart } = app();
    const browser = createTestBrowser();
    const add = (body: string) => browser.fetch(addToCart, "/api/cart", { method: "POST", body });
    await add("tea");
    expect(await (await add("milk")).json()).toEqual(["tea", "milk"]);
  });

  it("gives the handler the URL, the headers and the cookies of the browser", async () => {
    const browser = createTestBrowser({ url: "https://shop.example", headers: { "user-agent": "Firefox" } });
    browser.cookies.set("theme", "dark").set("lang", "de");
    const seen = async ({ url, headers }: Request) =>
      Response.json([url, ...["host", "user-agent", "cookie", "x-own"].map((name) => headers.get(name))]);
    const response = await browser.fetch(seen, "/api?a=1", { headers: { "x-own": "1" } });
    const all = ["shop.example", "Firefox", "theme=dark; lang=de", "1"];
    expect(await response.json()).toEqual(["https://shop.example/api?a=1", ...all]);
    const ofNext = async () => Response.json([(await headers()).get("cookie"), (await draftMode()).isEnabled]);
    expect(await (await browser.fetch(ofNext, "/")).json()).toEqual(["theme=dark; lang=de", false]);
  });

  const setTheme = async () => (await cookies()).set("theme", "dark");
  it.each<[what: string, raise: () => never, status: number, size: number]>([
    ["keeps the cookies of a handler that throws redirect()", () => redirect("/next"), 307, 1],
    ["loses the cookies of a handler that throws notFound()", notFound, 404, 0],
  ])("%s, as Next.js", async (_, raise, status, size) => {
    const browser = createTestBrowser();
    const handler = async () => {
      await setTheme();
      return raise();
    };
    const response = await browser.fetch(handler, "/");
    expect([response.status, response.headers.get("location")]).toEqual([status, status === 307 ? "/next" : null]);
    expect(browser.cookies.size).toBe(size);
  });

  it("loses the cookies of a handler that throws an error, as Next.js", async () => {
    const browser = createTestBrowser();
    const handler = async () => {
      await setTheme();
      throw new Error("out of order");
    };
    await expect(browser.fetch(handler, "/")).rejects.toThrow("out of order");
    expect(browser.cookies.size).toBe(0);
  });

  it("keeps and removes the cookies that the response sets, which win", async () => {
    const { getSession, commitSession } = createWebSessions<ShopData>({ store: memoryStore(), secret: SECRET });
    const visit = async (request: Request) => {
      const session = await getSession(request);
      if (request.method === "DELETE") await session.flush();
      else session.set("userId", session.get("userId", 0) + 1);
      const response = Response.json(session.get("userId") ?? null);
      await commitSession(session, response.headers);
      return response;
    };
    const browser = createTestBrowser();
    await browser.fetch(visit, "/");
    expect(await (await browser.fetch(visit, "/")).json()).toBe(2);
    await browser.fetch(visit, "/", { method: "DELETE" });
    expect(browser.cookies.size).toBe(0);

    const both = async () => {
      await setTheme();
      return new Response(null, { headers: { "Set-Cookie": "theme=light; Path=/" } });
    };
    await browser.fetch(both, "/");
    expect(browser.cookies.get("theme")).toBe("light");
  });
});

describe("cookies() of next/headers in a test", () => {
  it("throws outside of a request, and says how to make one", async () => {
    await expect(cookies()).rejects.toThrow(/outside a request scope.*createTestBrowser\(\)\.action/);
    const { page } = app();
    await expect(page()).rejects.toThrow("outside a request scope");
  });

  it("has the methods of Next.js, and shows at once what was set", async () => {
    const browser = createTestBrowser();
    browser.cookies.set("theme", "dark");
    const { result } = await browser.action(async () => {
      const jar = await cookies();
      expect(await cookies()).toBe(jar);
      jar.set("lang", "de", { httpOnly: true, maxAge: 60 } as object).set({ name: "size", value: "l" });
      jar.delete("theme").delete({ name: "size" });
      jar.set("old", "1", { expires: new Date(0) });
      const [first, ...more] = jar;
      return [jar.get("lang"), jar.get("theme"), jar.has("lang"), jar.getAll(), jar.getAll("x"), jar.size, first, more];
    });
    const lang = { name: "lang", value: "de" };
    expect(result).toEqual([lang, undefined, true, [lang], [], 1, ["lang", lang], []]);
    expect(browser.cookies).toEqual(new Map([["lang", "de"]]));
  });

  it("is the same for every copy of the module", async () => {
    vi.resetModules();
    const copy = await import("prisma-db-session/testing");
    expect(copy.cookies).not.toBe(cookies);
    const browser = createTestBrowser();
    browser.cookies.set("theme", "dark");
    expect((await browser.render(async () => (await copy.cookies()).get("theme")?.value)).result).toBe("dark");
  });
});
