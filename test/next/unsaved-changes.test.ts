// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import type { DbSession } from "prisma-db-session";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { ShopData } from "../support.ts";
import { nextApp } from "./app.ts";
import { inNextRequest } from "./request.ts";

type ShopSession = DbSession<ShopData>;

let warn: MockInstance<typeof console.warn>;
beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  warn.mockRestore();
  vi.unstubAllEnvs();
});

/** The lines of the stack of the only warning that lie in this file; the first is the place that it names. */
function placesNamed(advice = "Call `await session.save()` after it"): string[] {
  expect(warn).toHaveBeenCalledTimes(1);
  const [warning] = warn.mock.calls[0] as [Error];
  expect(warning).toMatchObject({ name: "UnsavedChanges", message: expect.stringContaining(advice) });
  return (warning.stack ?? "").split("\n").filter((line) => line.includes("unsaved-changes.test.ts"));
}

async function request(work: (app: ReturnType<typeof nextApp>) => Promise<unknown>, phase?: "action" | "render") {
  const app = nextApp();
  const session = await app.signIn((session) => session.set("cart", []));
  const cookies = { session };
  await inNextRequest({ cookies, ...(phase && { phase }) }, () => work(app));
}

// A place is warned of once in a process, so each test asks for the session on a line of its own.

function setWithoutSaving(session: ShopSession) {
  session.set("userId", 8);
  session.set("note", "and again");
}

describe("in development", () => {
  it.each([
    [
      "action",
      "Call `await session.save()` after it, or let `withSession()` do that.",
      async ({ getSession }: ReturnType<typeof nextApp>) => setWithoutSaving(await getSession()),
    ],
    [
      "render",
      "Change it in a server action or a route handler.",
      async ({ getSession }: ReturnType<typeof nextApp>) => setWithoutSaving(await getSession()),
    ],
  ] as const)(
    "a change that is not saved is warned of once, with its place, and what fits it (%s)",
    async (phase, advice, change) => {
      await request(change, phase);
      await request(change, phase);
      expect(placesNamed(advice)[0]).toContain("setWithoutSaving");
    },
  );

  it("a change deep inside a value is warned of with the place where the session was asked for", async () => {
    const ask = (app: ReturnType<typeof nextApp>) => app.getSession();
    await request(async (app) => (await ask(app)).get("cart")?.push("tea"));
    expect(placesNamed()[0]).toContain("ask");
  });

  it("a value that could not be saved is warned of too", async () => {
    await request(async ({ getSession }) => (await getSession()).set("note", new Map()));
    expect(placesNamed()).not.toEqual([]);
  });

  it.each<[name: string, work: (app: ReturnType<typeof nextApp>) => Promise<unknown>]>([
    ["is only read", async ({ getSession }) => (await getSession()).get("userId")],
    [
      "is saved after the change",
      async ({ getSession }) => {
        const session = await getSession();
        setWithoutSaving(session);
        await session.save();
      },
    ],
    [
      "is flushed",
      async ({ getSession }) => {
        const session = await getSession();
        setWithoutSaving(session);
        await session.flush();
      },
    ],
    ["is left to withSession()", ({ withSession }) => withSession(setWithoutSaving)()],
    [
      "is not saved by withSession() on purpose",
      ({ withSession }) =>
        withSession((session) => {
          setWithoutSaving(session);
          return Promise.reject(new Error("no luck"));
        })().catch(() => {}),
    ],
    [
      "could not be saved, which was thrown",
      async ({ getSession }) => {
        const session = await getSession();
        session.set("note", new Map());
        await expect(session.save()).rejects.toThrow();
      },
    ],
  ])("a session that %s is not warned of", async (_, work) => {
    await request(work);
    expect(warn).not.toHaveBeenCalled();
  });
});

it("a changed default is warned of too, also where withSession() has nothing to save", async () => {
  const app = nextApp();
  await inNextRequest({}, () => app.withSession((session) => session.get("cart", []).push("tea"))());
  expect(warn).toHaveBeenCalledTimes(1);
  expect(String(warn.mock.calls[0]?.[0])).toContain('Call `setDefault("cart", …)` instead.');
});

it("in production nothing is watched", async () => {
  vi.stubEnv("NODE_ENV", "production");
  const app = nextApp({ cookie: { secure: false } });
  await inNextRequest({}, async () => {
    const session = await app.getSession();
    setWithoutSaving(session);
    session.get("cart", []).push("tea");
    expect(session.onChange).toBeUndefined();
  });
  expect(warn).not.toHaveBeenCalled();
});
