// The code of docs/validation.md, as it stands there.
import { createSessions, memoryStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { createTestBrowser } from "prisma-db-session/testing";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { SECRET } from "../support.ts";
import { root, writeCodeOf } from "./code-blocks.ts";

vi.mock("next/headers", () => import("prisma-db-session/testing"));

const folder = `${root}generated/validation-recipes`;

beforeAll(async () => {
  const users = "export const authenticate = async () => ({ id: 7 });";
  await writeCodeOf("docs/validation.md", folder, { "lib/prisma.ts": "", "lib/users.ts": users });
});
beforeEach(() => {
  vi.resetModules();
  vi.doMock("next/navigation", () => import("next/navigation.js"));
});

/** A browser whose session an earlier version of the app has filled, and what the row holds after a sign-in. */
async function signedInAfter(before: Record<string, unknown>) {
  const store = memoryStore();
  vi.doMock(`${folder}/lib/prisma.ts`, () => ({ prisma: { session: {} } }));
  // The page's own options, but for the model.
  vi.doMock("prisma-db-session/next", () => ({
    createNextSessions: ({ model: _, ...options }: { model?: unknown }) =>
      createNextSessions({ ...options, store, secret: SECRET, onEvent: () => {} }),
  }));
  const { load, open } = createSessions({ store, secret: SECRET });
  const old = open();
  old.update(before);
  await old.save();
  const { signIn } = await import(/* @vite-ignore */ `${folder}/app/validated/actions.ts`);
  const { revoke } = await import(/* @vite-ignore */ `${folder}/lib/validated-session.ts`);
  const browser = createTestBrowser();
  browser.cookies.set("session", old.sessionKey as string);
  expect((await browser.action(() => signIn(new FormData()))).redirect).toBe("/");
  const { sessionKey, ...session } = await load(browser.cookies.get("session")).then((loaded) => ({
    sessionKey: loaded.sessionKey,
    data: loaded.toJSON(),
  }));
  expect(sessionKey).not.toBe(old.sessionKey);
  return { ...session, revoke };
}

describe("the recipe for a sign-in with a schema", () => {
  const cart = [{ product: "tea", amount: 1 }];

  it("keeps a visitor's cart", async () => {
    const { data } = await signedInAfter({ cart });
    expect(data).toEqual({ userId: 7, cart });
  });

  it("keeps nothing of another user's", async () => {
    const { data } = await signedInAfter({ userId: 8, mfaDone: true, cart });
    expect(data).toEqual({ userId: 7, cart: [] });
  });

  it("keeps no right of another user whose id is hidden", async () => {
    const { data } = await signedInAfter({ userId: "8", mfaDone: true });
    expect(data).toEqual({ userId: 7, cart: [] });
  });

  it("fills the column by which revoke() finds the session", async () => {
    const { revoke } = await signedInAfter({});
    expect(await revoke({ userId: 7 })).toBe(1);
  });
});
