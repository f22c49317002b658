// The code of docs/outside-of-nextjs.md, as it stands there.
import { memoryStore } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { SECRET } from "../support.ts";
import { root, writeCodeOf } from "./code-blocks.ts";

const folder = `${root}generated/outside-of-nextjs`;

beforeAll(async () => {
  await writeCodeOf("docs/outside-of-nextjs.md", folder, { "lib/prisma.ts": "" });
});

/** A signed-in user, and what the page's code says of the socket that a page of `origin` opens. */
async function signedIn() {
  const store = memoryStore();
  vi.resetModules();
  vi.doMock(`${folder}/lib/prisma.ts`, () => ({ prisma: { session: {} } }));
  // The page's own options, but for the model.
  let sessions: ReturnType<typeof createWebSessions<{ userId: number }>> | undefined;
  vi.doMock("prisma-db-session/web", () => ({
    createWebSessions({ model: _, ...options }: { model?: unknown }) {
      sessions = createWebSessions<{ userId: number }>({ ...options, store, secret: SECRET });
      return sessions;
    },
  }));
  const { socketUser } = await import(/* @vite-ignore */ `${folder}/lib/socket-user.ts`);
  if (!sessions) throw new Error("The page creates no sessions.");
  const { open, revoke } = sessions;
  const session = open();
  await session.markAuthenticated({ userId: 7 });
  const cookie = `session=${session.sessionKey}`;
  const socket = (headers: Record<string, string>): Promise<unknown> =>
    socketUser({ headers: new Headers({ host: "shop.example", ...headers }) });
  return { cookie, revoke, socket };
}

describe("the recipe for sockets", () => {
  it("finds the user of a socket that a page of the site opens", async () => {
    const { cookie, socket } = await signedIn();
    expect(await socket({ cookie, origin: "https://shop.example" })).toBe(7);
    expect(await socket({ origin: "https://shop.example" })).toBeUndefined();
  });

  it("refuses a socket that a page of another site opens", async () => {
    const { cookie, socket } = await signedIn();
    expect(await socket({ cookie, origin: "https://evil.example" })).toBeUndefined();
    expect(await socket({ cookie, origin: "https://shop.example", "sec-fetch-site": "cross-site" })).toBeUndefined();
  });

  it("finds no user after revoke(), which finds the sessions of the user", async () => {
    const { cookie, revoke, socket } = await signedIn();
    expect(await revoke({ userId: 7 })).toBe(1);
    expect(await socket({ cookie, origin: "https://shop.example" })).toBeUndefined();
  });
});
