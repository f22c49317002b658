// The code of docs/expiry.md, as it stands there.
import { memoryStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { createTestBrowser } from "prisma-db-session/testing";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { SECRET, testClock } from "../support.ts";
import { root, writeCodeOf } from "./code-blocks.ts";

vi.mock("next/headers", () => import("prisma-db-session/testing"));

const folder = `${root}generated/expiry-recipes`;
const load = (file: string) => import(/* @vite-ignore */ `${folder}/${file}`);
const MINUTE = 60;
const DAY = 86_400;

beforeAll(async () => {
  const files = {
    "tsconfig.json": JSON.stringify({ extends: "../../tsconfig.json", compilerOptions: { jsx: "react-jsx" } }),
    "lib/session.ts": "",
    "lib/users.ts": "export const authenticate = async () => ({ id: 7 });",
  };
  await writeCodeOf("docs/expiry.md", folder, files);
});
beforeEach(() => {
  vi.resetModules();
  vi.doMock("next/navigation", () => import("next/navigation.js"));
});

/** A browser of the app, with the option that the recipe asks for, and the lifetime of its row. */
function app() {
  const store = memoryStore();
  const clock = testClock();
  const sessions = createNextSessions<{ userId: number; cart: string[] }>({
    store,
    secret: SECRET,
    now: clock.now,
    expireAtBrowserClose: true,
  });
  vi.doMock(`${folder}/lib/session.ts`, () => sessions);
  const browser = createTestBrowser();
  return {
    browser,
    clock,
    seconds: async () => {
      const [row] = await store.findMatching({});
      return row && (row.expireDate.getTime() - clock.now().getTime()) / 1000;
    },
    page: async () => {
      const { default: ExpiryPage } = await load("app/expiry/page.tsx");
      return renderToStaticMarkup((await browser.render(() => ExpiryPage())).result);
    },
  };
}

describe('the recipe "remember me"', () => {
  async function signIn({ browser }: ReturnType<typeof app>, remember: boolean) {
    const { signIn } = await load("app/welcome/actions.ts");
    const form = new FormData();
    if (remember) form.set("remember", "on");
    expect((await browser.action(() => signIn(form))).redirect).toBe("/");
  }

  it("keeps the user for 30 days after the last save", async () => {
    const shop = app();
    await signIn(shop, true);
    expect(await shop.seconds()).toBe(30 * DAY);
    expect(await shop.page()).toBe("<p>If you save something now, you stay signed in for 30 days.</p>");
  });

  it("signs a user who did not tick the box out with the browser", async () => {
    const shop = app();
    await signIn(shop, false);
    expect(await shop.seconds()).toBe(14 * DAY);
    expect(await shop.page()).toBe("<p>Until you close the browser.</p>");
  });

  it("goes by the latest sign-in", async () => {
    const shop = app();
    await signIn(shop, true);
    await signIn(shop, false);
    expect(await shop.seconds()).toBe(14 * DAY);
    expect(await shop.page()).toBe("<p>Until you close the browser.</p>");
  });
});

it("the recipe with a date ends the session at this time", async () => {
  const { browser, seconds, clock } = app();
  vi.setSystemTime(clock.now());
  try {
    const { startExam } = await load("app/exam/actions.ts");
    await browser.action(() => startExam());
  } finally {
    vi.useRealTimers();
  }
  expect(await seconds()).toBe(90 * MINUTE);
});
