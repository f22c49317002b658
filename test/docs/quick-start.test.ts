import { createTestBrowser } from "prisma-db-session/testing";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import { connectPrisma8, type Prisma8Provider } from "../prisma-8/client.ts";
import { SECRET } from "../support.ts";
import { root, writeCodeOf } from "./code-blocks.ts";

vi.mock("next/headers", () => import("prisma-db-session/testing"));

/** By the version of Prisma. For Prisma 8, its page replaces the first steps. */
const FOLDERS = { 7: `${root}generated/quick-start`, 8: `${root}generated/quick-start-prisma-8` };

beforeAll(async () => {
  const files = {
    "tsconfig.json": JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: { jsx: "react-jsx" } }),
  };
  for (const folder of Object.values(FOLDERS)) await writeCodeOf("README.md", folder, files);
  await writeCodeOf("docs/prisma-8.md", FOLDERS[8], files);
});

beforeEach(() => {
  vi.resetModules();
  vi.doMock("next/navigation", () => import("next/navigation.js"));
  vi.stubEnv("SESSION_SECRET", SECRET);
  vi.stubEnv("DEMO_PASSWORD", "correct horse");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describeEachOwnedDatabase("the README's quick start", (db, { prisma, provider }) => {
  const folder = FOLDERS[prisma];
  const load = (file: string) => import(/* @vite-ignore */ `${folder}/${file}`);
  let prisma8: Awaited<ReturnType<typeof connectPrisma8>> | undefined;
  beforeAll(async () => {
    if (prisma === 7) return;
    prisma8 = await connectPrisma8({ provider: provider as Prisma8Provider, url: db().url, contract: "owned" });
  });
  afterAll(() => prisma8?.close());

  async function quickStart() {
    const { session } = db().prisma;
    vi.doMock(`${folder}/lib/prisma.ts`, () => ({ prisma: { session } }));
    vi.doMock(`${folder}/src/prisma/db.ts`, () => ({ db: { orm: { public: { Session: prisma8?.model } } } }));
    const { signIn, addToCart, signOut, signOutOtherDevices, signOutEverywhere } = await load("app/actions.ts");
    const { default: Page } = await load("app/page.tsx");

    /** A visitor, and what their actions and pages answer. */
    function visitor() {
      const browser = createTestBrowser();
      const redirected = async (action: () => unknown) => (await browser.action(action)).redirect;
      return {
        cookies: browser.cookies,
        signIn(password = "correct horse") {
          const form = new FormData();
          form.set("email", "ada@example.com");
          form.set("password", password);
          return redirected(() => signIn(form));
        },
        addToCart: (product: unknown = "tea") => redirected(() => addToCart(product)),
        signOut: () => redirected(signOut),
        signOutOtherDevices: () => redirected(signOutOtherDevices),
        signOutEverywhere: () => redirected(signOutEverywhere),
        async page() {
          const { redirect, result } = await browser.render(() => Page());
          return redirect ?? renderToStaticMarkup(result);
        },
      };
    }
    return { visitor, rows: () => session.count() };
  }

  it("sends a visitor to the sign-in page, without a row, and also after a wrong password", async () => {
    const { visitor, rows } = await quickStart();
    const ada = visitor();
    expect(await ada.page()).toBe("/sign-in");
    expect(await ada.signIn("wrong")).toBe("/sign-in?failed");
    expect(await ada.page()).toBe("/sign-in");
    expect(await rows()).toBe(0);
  });

  it("signs in, keeps the cart that was filled before, and fills it", async () => {
    const { visitor } = await quickStart();
    const ada = visitor();
    await ada.addToCart();
    expect(await ada.signIn()).toBe("/");
    expect(await ada.page()).toContain("1 in your cart");
    await ada.addToCart();
    expect(await ada.page()).toContain("2 in your cart");
  });

  it.each([
    ["a long text", "t".repeat(100_000)],
    ["no text", { toString: "tea" }],
  ])("stores nothing that the shop does not sell: %s", async (_, product) => {
    const { visitor, rows } = await quickStart();
    await visitor().addToCart(product);
    expect(await rows()).toBe(0);
  });

  it("limits the cart", async () => {
    const { visitor } = await quickStart();
    const ada = visitor();
    await ada.signIn();
    for (let clicks = 0; clicks < 101; clicks++) await ada.addToCart();
    expect(await ada.page()).toContain("100 in your cart");
  });

  it("signs this device out", async () => {
    const { visitor, rows } = await quickStart();
    const [laptop, phone] = [visitor(), visitor()];
    for (const device of [laptop, phone]) await device.signIn();
    expect(await laptop.signOut()).toBe("/");
    expect(await laptop.page()).toBe("/sign-in");
    expect(await phone.page()).toContain("0 in your cart");
    expect(await rows()).toBe(1);
  });

  it("signs the other devices out, for a user only", async () => {
    const { visitor, rows } = await quickStart();
    const [laptop, phone] = [visitor(), visitor()];
    for (const device of [laptop, phone]) await device.signIn();
    expect(await laptop.signOutOtherDevices()).toBeUndefined();
    expect(await laptop.page()).toContain("0 in your cart");
    expect(await phone.page()).toBe("/sign-in");
    expect(await rows()).toBe(1);
    expect(await phone.signOutOtherDevices()).toBe("/sign-in");
    expect(await laptop.page()).toContain("0 in your cart");
  });

  it.each(["signOutOtherDevices", "signOutEverywhere"] as const)(
    "signs out an attacker who has copied this device's cookie: %s",
    async (action) => {
      const { visitor } = await quickStart();
      const [laptop, attacker] = [visitor(), visitor()];
      await laptop.signIn();
      for (const [name, value] of laptop.cookies) attacker.cookies.set(name, value);
      expect(await attacker.page()).toContain("0 in your cart");
      await laptop[action]();
      expect(await attacker.page()).toBe("/sign-in");
    },
  );

  it("signs all devices out, also from a device that has no session any more", async () => {
    const { visitor, rows } = await quickStart();
    const [laptop, phone] = [visitor(), visitor()];
    for (const device of [laptop, phone]) await device.signIn();
    expect(await laptop.signOutEverywhere()).toBe("/sign-in");
    expect(await rows()).toBe(0);
    for (const device of [laptop, phone]) expect(await device.page()).toBe("/sign-in");
    expect(await phone.signOutEverywhere()).toBe("/sign-in");
  });
});
