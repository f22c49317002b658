import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createSessions, type DbSession, memoryStore } from "prisma-db-session";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { SECRET, type ShopData, storedKey } from "../support.ts";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

const folder = `${root}generated/security-recipes`;

/** What the recipes import of an app. */
const app = vi.hoisted(() => ({
  getSession: vi.fn(),
  revoke: vi.fn(),
  changePassword: vi.fn(),
}));

vi.mock("@/lib/session", () => app);
vi.mock("@/lib/users", () => app);
vi.mock("next/navigation", () => ({
  redirect(path: string) {
    throw new Error(`redirect to ${path}`);
  },
}));

beforeAll(async () => {
  for (const { language, code } of await codeBlocksOf("docs/security.md")) {
    if (language !== "ts") continue;
    const file = `${folder}/${fileOf(code)}`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, code);
  }
});

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
    app.getSession.mockResolvedValue(session);
    app.revoke.mockImplementation(revoke);
    const { setPassword } = await import(/* @vite-ignore */ `${folder}/app/account/actions.ts`);
    const liveKeys = async () => (await store.findMatching({})).map(({ key }) => key).sort();
    const keysOf = (...sessions: DbSession<ShopData>[]) =>
      sessions.map(({ sessionKey }) => storedKey(sessionKey)).sort();
    return { store, session, thief, somebodyElses, setPassword, liveKeys, keysOf };
  }

  it("leaves this session, under a new key, and ends all others of the user", async () => {
    const { session, thief, somebodyElses, setPassword, liveKeys, keysOf } = await robbed();
    await expect(setPassword(new FormData())).rejects.toThrow("redirect to /account");
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
    app.changePassword.mockImplementationOnce(() => meanwhile(actors));
    await expect(actors.setPassword(new FormData())).rejects.toThrow("redirect to /sign-in");
    expect(await actors.liveKeys()).toEqual(actors.keysOf(actors.somebodyElses));
  });
});
