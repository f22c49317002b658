// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createSessions, type DbSession, memoryStore } from "prisma-db-session";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import { inNextRequest } from "../next/request.ts";
import { gate, SECRET, type ShopData, storedKey } from "../support.ts";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

const folder = `${root}generated/security-recipes`;

/** The code of docs/security.md, as it stands there. */
async function recipe(file: string) {
  return import(/* @vite-ignore */ `${folder}/${file}`);
}

beforeAll(async () => {
  // Of the reader's own: what they export is given by each test.
  const files: Record<string, string> = { "lib/prisma.ts": "", "lib/users.ts": "", "lib/coupons.ts": "" };
  for (const { language, code } of await codeBlocksOf("docs/security.md")) {
    if (language === "ts") files[fileOf(code)] = code.replaceAll('"@/', `"${folder}/`);
  }
  for (const [file, code] of Object.entries(files)) {
    await mkdir(dirname(`${folder}/${file}`), { recursive: true });
    await writeFile(`${folder}/${file}`, code);
  }
});

beforeEach(() => {
  vi.resetModules();
  vi.doMock("next/navigation", () => import("next/navigation.js"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const redirectTo = (path: string) => expect.objectContaining({ digest: expect.stringContaining(`;${path};`) });

describe("the recipe for a new password", () => {
  /** A user with two sessions, the first of which a thief shares. */
  async function robbed() {
    const store = memoryStore();
    const { open, load, revoke } = createSessions<ShopData>({
      store,
      secret: SECRET,
      columns: ({ userId = null }) => ({ userId }),
    });
    const signIn = async (userId: number) => {
      const session = open();
      session.set("userId", userId);
      await session.markAuthenticated();
      return session;
    };
    const [mine, , somebodyElses] = [await signIn(7), await signIn(7), await signIn(8)];
    const [session, thief] = [await load(mine.sessionKey), await load(mine.sessionKey)];
    const changePassword = vi.fn();
    vi.doMock(`${folder}/lib/session.ts`, () => ({ getSession: async () => session, revoke }));
    vi.doMock(`${folder}/lib/users.ts`, () => ({ changePassword }));
    const { setPassword } = await recipe("app/account/actions.ts");
    const liveKeys = async () => (await store.findMatching({})).map(({ key }) => key).sort();
    const keysOf = (...sessions: DbSession<ShopData>[]) =>
      sessions.map(({ sessionKey }) => storedKey(sessionKey)).sort();
    return { store, session, thief, somebodyElses, changePassword, setPassword, liveKeys, keysOf };
  }

  it("leaves this session, under a new key, and ends all others of the user", async () => {
    const { session, thief, somebodyElses, setPassword, liveKeys, keysOf } = await robbed();
    await expect(setPassword(new FormData())).rejects.toEqual(redirectTo("/account"));
    expect(session.sessionKey).not.toBe(thief.sessionKey);
    expect(await liveKeys()).toEqual(keysOf(session, somebodyElses));
  });

  type Robbed = Awaited<ReturnType<typeof robbed>>;
  it.each<[what: string, meanwhile: (robbed: Robbed) => unknown]>([
    ["whoever shares it has signed it out", ({ thief }) => thief.flush()],
    ["whoever shares it has changed its key", ({ thief }) => thief.cycleKey()],
    [
      "the database fails",
      ({ store }) => {
        store.rekey = () => Promise.reject(new Error("connection lost"));
      },
    ],
  ])("ends them all, this one too, where the new key fails because %s", async (_, meanwhile) => {
    const actors = await robbed();
    actors.changePassword.mockImplementation(() => meanwhile(actors));
    await expect(actors.setPassword(new FormData())).rejects.toEqual(redirectTo("/sign-in"));
    expect(await actors.liveKeys()).toEqual(actors.keysOf(actors.somebodyElses));
  });
});

describeEachOwnedDatabase("the recipe for what may happen only once", (db) => {
  it("lets one of two clicks through", async () => {
    const model = db().prisma.session;
    const session = createSessions<{ userId: number; coupon: string }>({ model, secret: SECRET }).open();
    session.update({ userId: 7, coupon: "SUMMER" });
    await session.save();

    const bothHaveRead = gate();
    let reading = 2;
    const clicked = new Proxy(model, {
      get(target, name) {
        if (name !== "findUnique") return Reflect.get(target, name);
        return async (...args: Parameters<typeof model.findUnique>) => {
          const row = await target.findUnique(...args);
          if (--reading === 0) bothHaveRead.open();
          await bothHaveRead.opened;
          return row;
        };
      },
    });
    const credit = vi.fn();
    vi.doMock(`${folder}/lib/prisma.ts`, () => ({ prisma: { session: clicked } }));
    vi.doMock(`${folder}/lib/coupons.ts`, () => ({ credit }));
    vi.doUnmock(`${folder}/lib/session.ts`);
    vi.stubEnv("SESSION_SECRET", SECRET);
    const { redeemCoupon } = await recipe("app/coupon/actions.ts");
    const cookies = { session: session.sessionKey as string };
    const click = () => inNextRequest({ cookies }, redeemCoupon).catch((error: unknown) => error);
    const answers = await Promise.all([click(), click()]);

    expect(credit.mock.calls).toEqual([[7, "SUMMER"]]);
    expect(answers).toContainEqual(redirectTo("/account"));
    expect(answers).toContainEqual(expect.objectContaining({ code: "SESSION_CONFLICT" }));
  });
});
