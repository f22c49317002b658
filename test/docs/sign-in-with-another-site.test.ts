import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { memoryStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { createTestBrowser } from "prisma-db-session/testing";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { launchChromium, noChromium } from "../e2e/chromium.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET, type ShopData } from "../support.ts";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

vi.mock("next/headers", () => import("prisma-db-session/testing"));

const folder = `${root}generated/other-site-recipes`;
const recipe = (file: string) => import(/* @vite-ignore */ `${folder}/${file}`);

interface Callback {
  readonly POST: (request: Request) => Promise<Response>;
  readonly GET: (request: Request) => Promise<Response>;
}

beforeAll(async () => {
  // What the reader's own files export is given by each test.
  const files: Record<string, string> = { "lib/session.ts": "", "lib/provider.ts": "" };
  for (const { code } of await codeBlocksOf("docs/sign-in-with-another-site.md")) {
    files[fileOf(code)] = code.replaceAll('"@/', `"${folder}/`);
  }
  for (const [file, code] of Object.entries(files)) {
    await mkdir(dirname(`${folder}/${file}`), { recursive: true });
    await writeFile(`${folder}/${file}`, code);
  }
});

/** A visitor with tea in the cart, who has gone to the provider. */
async function goneToProvider(before: Partial<ShopData> = {}) {
  vi.resetModules();
  vi.doMock("next/navigation", () => import("next/navigation.js"));
  const sessions = createNextSessions<ShopData>({ store: memoryStore(), secret: SECRET });
  vi.doMock(`${folder}/lib/session.ts`, () => sessions);
  vi.doMock(`${folder}/lib/provider.ts`, () => ({
    providerUrl: (state: string) => `https://provider.example/?state=${state}`,
    userOf: async (code: string) => (code === "genuine" ? { id: 7 } : undefined),
  }));
  const { signInElsewhere } = await recipe("app/auth/actions.ts");
  const { POST, GET } = (await recipe("app/auth/callback/route.ts")) as Callback;
  const browser = createTestBrowser();
  await browser.action(sessions.withSession((session) => session.update({ cart: ["tea"], ...before })));
  const { redirect } = await browser.action(signInElsewhere);
  const state = new URL(String(redirect)).searchParams.get("state") ?? "";
  expect(state).not.toBe("");
  const session = async () => (await browser.render(sessions.getSession)).result;

  /** The provider's POST comes without the cookie, and the GET after it with the cookie. */
  async function answer(fields: { code: string; state: string }) {
    const posted = await createTestBrowser().fetch(POST, "/auth/callback", {
      method: "POST",
      body: new URLSearchParams(fields),
    });
    expect([posted.status, posted.headers.getSetCookie()]).toEqual([303, []]);
    return (await browser.fetch(GET, posted.headers.get("location") ?? "")).headers.get("location");
  }
  return { state, session, answer };
}

describe("the recipe for a provider that posts from its own site", () => {
  it("signs the visitor in, and keeps the cart", async () => {
    const { state, session, answer } = await goneToProvider();
    expect(await answer({ code: "genuine", state })).toBe("/");
    expect((await session())?.toJSON()).toEqual({ userId: 7, cart: ["tea"] });
  });

  it("keeps nothing of another user's", async () => {
    const { state, session, answer } = await goneToProvider({ userId: 8, note: "of user 8" });
    expect(await answer({ code: "genuine", state })).toBe("/");
    expect((await session())?.toJSON()).toEqual({ userId: 7, cart: [] });
  });

  it("refuses another state, a state that was used, and a wrong code, and keeps the cart", async () => {
    const { state, session, answer } = await goneToProvider();
    expect(await answer({ code: "genuine", state: crypto.randomUUID() })).toBe("/sign-in?failed");
    expect(await answer({ code: "genuine", state })).toBe("/sign-in?failed");
    expect((await session())?.toJSON()).toEqual({ cart: ["tea"] });
    const other = await goneToProvider();
    expect(await other.answer({ code: "forged", state: other.state })).toBe("/sign-in?failed");
    expect((await other.session())?.toJSON()).toEqual({ cart: ["tea"] });
  });
});

describe.skipIf(noChromium)(`a browser${skippedBecause(noChromium)}`, () => {
  it("sends the cookie not with the provider's POST, but with the GET after it; a strict one with neither", async () => {
    await goneToProvider();
    const { POST } = (await recipe("app/auth/callback/route.ts")) as Callback;
    const seen: string[] = [];
    const server = createServer(async ({ method, url = "", headers }, response) => {
      if (url === "/provider") {
        const form = `<form method="post" action="${app}/auth/callback"><button>Go</button></form>`;
        response.setHeader("content-type", "text/html").end(form);
      } else if (!url.startsWith("/auth/callback")) {
        response.writeHead(404).end(); // the icon
      } else {
        seen.push(`${method} ${headers.cookie ?? "none"}`);
        if (method === "GET") return response.end("signed in");
        const form = new URLSearchParams({ code: "genuine", state: "s" });
        const { status, headers: answer } = await POST(new Request(`${app}${url}`, { method: "POST", body: form }));
        response.writeHead(status, { location: answer.get("location") ?? "" }).end();
      }
    });
    await once(server.listen(0), "listening");
    const { port } = server.address() as AddressInfo;
    const [app, provider] = [`http://localhost:${port}`, `http://127.0.0.1:${port}/provider`];
    const chromium = await launchChromium();
    onTestFinished(async () => {
      await chromium.close();
      server.close();
    });
    const page = await chromium.newPage();
    const cookie = { value: "1", domain: "localhost", path: "/" };
    await page.context().addCookies([
      { ...cookie, name: "lax", sameSite: "Lax" },
      { ...cookie, name: "strict", sameSite: "Strict" },
    ]);
    await page.goto(provider);
    await page.getByRole("button").click();
    await page.getByText("signed in").waitFor();
    expect(seen).toEqual(["POST none", "GET lax=1"]);
  });
});
