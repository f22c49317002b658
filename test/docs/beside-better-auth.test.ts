// The code of docs/beside-better-auth.md, with a stand-in for better-auth.
import { memoryStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { createTestBrowser } from "prisma-db-session/testing";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { SECRET } from "../support.ts";
import { root, writeCodeOf } from "./code-blocks.ts";

vi.mock("next/headers", () => import("prisma-db-session/testing"));

const folder = `${root}generated/beside-better-auth`;
const load = (file: string) => import(/* @vite-ignore */ `${folder}/${file}`);

beforeAll(async () => {
  const files = {
    "tsconfig.json": JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: { jsx: "react-jsx" } }),
    "lib/auth.ts": "",
    "lib/prisma.ts": "",
  };
  await writeCodeOf("docs/beside-better-auth.md", folder, files);
});
beforeEach(() => {
  vi.resetModules();
  vi.doMock("next/navigation", () => import("next/navigation.js"));
});

/** An app with the page's code. Each of its browsers says who is signed in with better-auth. */
async function app() {
  const store = memoryStore();
  const signedIn = new Map<string, string>();
  const userOf = (headers: Headers) => signedIn.get(String(headers.get("user-agent")));
  const api = {
    async getSession({ headers }: { headers: Headers }) {
      const id = userOf(headers);
      return id === undefined ? null : { user: { id }, session: {} };
    },
    async signOut({ headers }: { headers: Headers }) {
      signedIn.delete(String(headers.get("user-agent")));
    },
    async revokeSessions({ headers }: { headers: Headers }) {
      const id = userOf(headers);
      for (const [agent, user] of signedIn) if (user === id) signedIn.delete(agent);
    },
  };
  vi.doMock(`${folder}/lib/auth.ts`, () => ({ auth: { api } }));
  // The page's own file, but for the model.
  vi.doMock("prisma-db-session/next", () => ({
    createNextSessions: ({ model: _, ...options }: object & { model?: unknown }) =>
      createNextSessions({ ...options, store, secret: SECRET }),
  }));
  vi.doMock(`${folder}/lib/prisma.ts`, () => ({ prisma: { visit: {} } }));
  const { addToCart } = await load("app/visit/actions.ts");
  const { signOut } = await load("app/visit/sign-out.ts");
  const { signOutEverywhere } = await load("app/visit/sign-out-everywhere.ts");
  const { default: VisitPage } = await load("app/visit/page.tsx");

  function visitor(name: string) {
    const browser = createTestBrowser({ headers: { "user-agent": name } });
    return {
      key: () => browser.cookies.get("session"),
      signIn: (userId: string) => signedIn.set(name, userId),
      expire: () => signedIn.delete(name),
      addToCart: (product = "tea") => browser.action(() => addToCart(product)),
      signOut: async () => (await browser.action(signOut)).redirect,
      signOutEverywhere: async () => (await browser.action(signOutEverywhere)).redirect,
      async cart() {
        const html = renderToStaticMarkup((await browser.render(() => VisitPage())).result);
        return Number(/(\d+) in your cart/.exec(html)?.[1]);
      },
    };
  }
  const owners = async () => (await store.findMatching({})).map(({ columns }) => columns?.userId);
  return { visitor, owners };
}

it("a visitor's cart becomes the user's, under a new key", async () => {
  const { visitor, owners } = await app();
  const ada = visitor("laptop");
  await ada.addToCart();
  const key = ada.key();
  ada.signIn("ada");
  expect(await ada.cart()).toBe(1);
  await ada.addToCart();
  expect(await ada.cart()).toBe(2);
  expect(ada.key()).not.toBe(key);
  expect(await owners()).toEqual(["ada"]);
});

it("stores only what the shop sells, and limits the cart", async () => {
  const { visitor, owners } = await app();
  const ada = visitor("laptop");
  await ada.addToCart("t".repeat(100_000));
  expect(await owners()).toEqual([]);
  for (let clicks = 0; clicks < 101; clicks++) await ada.addToCart();
  expect(await ada.cart()).toBe(100);
});

it("after a sign-out or an expiry in better-auth, the cart is neither shown nor passed on", async () => {
  const { visitor, owners } = await app();
  const browser = visitor("shared");
  browser.signIn("ada");
  await browser.addToCart();
  browser.expire();
  expect(await browser.cart()).toBe(0);
  browser.signIn("bob");
  expect(await browser.cart()).toBe(0);
  await browser.addToCart();
  expect(await browser.cart()).toBe(1);
  expect(await owners()).toEqual(["bob"]);
});

it("after a sign-out in better-auth, the next visitor begins with an empty cart", async () => {
  const { visitor, owners } = await app();
  const browser = visitor("shared");
  browser.signIn("ada");
  await browser.addToCart();
  browser.expire();
  await browser.addToCart();
  expect(await browser.cart()).toBe(1);
  expect(await owners()).toEqual([null]);
});

it("a sign-out deletes the visit of this browser alone, and a sign-out everywhere deletes all", async () => {
  const { visitor, owners } = await app();
  const [laptop, phone, tablet] = [visitor("laptop"), visitor("phone"), visitor("tablet")];
  for (const browser of [laptop, phone, tablet]) {
    browser.signIn("ada");
    await browser.addToCart();
  }
  expect(await laptop.signOut()).toBe("/");
  expect(laptop.key()).toBeUndefined();
  expect(await owners()).toEqual(["ada", "ada"]);
  expect(await phone.signOutEverywhere()).toBe("/");
  expect(await owners()).toEqual([]);
  expect(await tablet.cart()).toBe(0);
});
