// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createSessions, type DbSession, memoryStore } from "prisma-db-session";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { describeEachPrisma7OwnedDatabase } from "../databases/index.ts";
import { inNextRequest } from "../next/request.ts";
import { gate, memorySessions, SECRET, type ShopData, storedKey, testClock } from "../support.ts";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

const folder = `${root}generated/security-recipes`;

/** The code of docs/sign-in-and-out.md and docs/session.md, as it stands there. */
async function recipe(file: string) {
  return import(/* @vite-ignore */ `${folder}/${file}`);
}

beforeAll(async () => {
  // Of the reader's own: what they export is given by each test.
  const files: Record<string, string> = { "lib/prisma.ts": "", "lib/accounts.ts": "", "lib/coupons.ts": "" };
  const blocks = await Promise.all(["docs/sign-in-and-out.md", "docs/session.md"].map(codeBlocksOf));
  for (const { language, code } of blocks.flat()) {
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
  vi.doUnmock("next/headers");
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
    vi.doMock(`${folder}/lib/accounts.ts`, () => ({ changePassword }));
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
        store.update = () => Promise.reject(new Error("connection lost"));
      },
    ],
  ])("ends them all, this one too, where the new key fails because %s", async (_, meanwhile) => {
    const actors = await robbed();
    actors.changePassword.mockImplementation(() => meanwhile(actors));
    await expect(actors.setPassword(new FormData())).rejects.toEqual(redirectTo("/sign-in"));
    expect(await actors.liveKeys()).toEqual(actors.keysOf(actors.somebodyElses));
  });
});

describe("the recipe for a sign-in", () => {
  const ada = { id: 7, isLocked: false, passwordHash: "old" };

  /** @param account the account as it is after `markAuthenticated()` */
  async function signIn({ account = ada as typeof ada | null, before = {} as Partial<ShopData> } = {}) {
    const store = memoryStore();
    const session = memorySessions({ store }).sessions.open();
    session.update(before);
    await session.save();
    const oldKey = session.sessionKey;
    vi.doMock(`${folder}/lib/session.ts`, () => ({ getSession: async () => session }));
    vi.doMock(`${folder}/lib/accounts.ts`, () => ({
      findAccount: async () => {
        expect(await store.findMatching({})).toHaveLength(1); // revoke() would find this session
        return account;
      },
    }));
    vi.doMock("next/headers", () => ({ headers: async () => new Headers({ "user-agent": "Firefox" }) }));
    const { signInAs } = await recipe("lib/sign-in.ts");
    const isSignedIn: unknown = await signInAs(ada);
    return { isSignedIn, session, oldKey, rows: () => store.findMatching({}) };
  }

  it("keeps a visitor's cart under a new key", async () => {
    const { isSignedIn, session, oldKey } = await signIn({ before: { cart: ["tea"] } });
    expect(isSignedIn).toBe(true);
    expect(session.toJSON()).toEqual({ cart: ["tea"], userId: 7, userAgent: "Firefox" });
    expect(session.sessionKey).not.toBe(oldKey);
  });

  it("keeps nothing of another user's", async () => {
    const { session } = await signIn({ before: { userId: 8, cart: ["tea"] } });
    expect(session.toJSON()).toEqual({ userId: 7, userAgent: "Firefox" });
  });

  it.each([
    ["was locked", { ...ada, isLocked: true }],
    ["was deleted", null],
    ["got a new password", { ...ada, passwordHash: "new" }],
  ])("leaves no session for an account that %s in the meantime", async (_, account) => {
    const { isSignedIn, session, rows } = await signIn({ account });
    expect(isSignedIn).toBe(false);
    expect(session.sessionKey).toBeNull();
    expect(await rows()).toEqual([]);
  });
});

it("a password that is proved again restarts the absolute lifetime, and is fresh", async () => {
  const { sessions, clock } = memorySessions({ maxAge: 1000, absoluteMaxAge: 1000 });
  const session = sessions.open();
  await session.markAuthenticated({ userId: 7 });
  clock.advance(999);
  expect(session.isFresh(600)).toBe(false);
  await session.markAuthenticated();
  expect(session.isFresh(600)).toBe(true);
  clock.advance(999);
  expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);
  clock.advance(1);
  expect((await sessions.load(session.sessionKey)).sessionKey).toBeNull();
});

describeEachPrisma7OwnedDatabase("the recipe for a deleted account", (db, { provider }) => {
  it.skipIf(provider === "sqlite").each(["CASCADE", "SET NULL"])(
    `ends its sessions with ON DELETE %s, or fails their saves${provider === "sqlite" ? " (skipped: SQLite adds no foreign key to a table)" : ""}`,
    async (onDelete) => {
      const { prisma } = db();
      const sessions = createSessions<ShopData, typeof prisma.session>({
        model: prisma.session,
        secret: SECRET,
        columns: ({ userId }) => ({ userId: userId ?? null, address: null, userAgent: null }),
      });
      const refused = expect.objectContaining({
        name: "ConfigError",
        message: expect.stringMatching(
          /a column that `columns` fills refers to a row that does not exist \(.*onDelete/s,
        ),
        cause: expect.objectContaining({ code: "P2003" }),
      });
      await prisma.$executeRawUnsafe("CREATE TABLE account (id INTEGER PRIMARY KEY)");
      await prisma.$executeRawUnsafe("INSERT INTO account VALUES (7)");
      await prisma.$executeRawUnsafe(
        `ALTER TABLE session ADD CONSTRAINT owner FOREIGN KEY (user_id) REFERENCES account (id) ON DELETE ${onDelete}`,
      );
      try {
        const session = sessions.open();
        await session.markAuthenticated({ userId: 7 });
        await prisma.$executeRawUnsafe("DELETE FROM account");
        session.set("note", 1);
        if (onDelete === "CASCADE") {
          await expect(session.save()).rejects.toMatchObject({ code: "SESSION_UPDATE" });
          expect(await prisma.session.count()).toBe(0);
        } else {
          await expect(session.save()).rejects.toEqual(refused);
          expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7); // still signed in
        }
        // A sign-in at the very moment of the deletion.
        const visitor = sessions.open();
        await visitor.save();
        await expect(visitor.markAuthenticated({ userId: 7 })).rejects.toEqual(refused);
        expect(visitor.has("userId")).toBe(false);
        await visitor.flush();
        await session.flush();
        expect(await prisma.session.count()).toBe(0);
      } finally {
        const what = provider === "mysql" ? "FOREIGN KEY" : "CONSTRAINT";
        await prisma.$executeRawUnsafe(`ALTER TABLE session DROP ${what} owner`);
        await prisma.$executeRawUnsafe("DROP TABLE account");
      }
    },
  );
});

describeEachPrisma7OwnedDatabase("the recipe for `columns` in a running app", (db) => {
  it("signs out the sessions that have no owner, which refresh() does not give them", async () => {
    const model = db().prisma.session;
    const clock = testClock();
    const before = createSessions<ShopData>({ model, secret: SECRET, now: clock.now }).open();
    await before.markAuthenticated({ userId: 7 });

    const { load, open, revoke } = createSessions<ShopData, typeof model>({
      model,
      secret: SECRET,
      now: clock.now,
      refreshAfter: 60,
      columns: ({ userId }) => ({ userId: userId ?? null, address: null, userAgent: null }),
    });
    const saved = open();
    await saved.markAuthenticated({ userId: 8 });
    clock.advance(60);
    expect(await (await load(before.sessionKey)).refresh()).toBe(true);
    expect(await revoke({ userId: 7 })).toBe(0);
    expect((await load(before.sessionKey)).get("userId")).toBe(7);

    const page = await readFile(`${root}docs/sign-in-and-out.md`, "utf8");
    expect(page).toContain("call `await revoke({ userId: null })` once");
    await revoke({ userId: null });
    expect((await load(before.sessionKey)).sessionKey).toBeNull();
    expect((await load(saved.sessionKey)).get("userId")).toBe(8);
  });
});

describeEachPrisma7OwnedDatabase("the recipe for what may happen only once", (db) => {
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
