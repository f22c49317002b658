// A Secure cookie over plain http: what is warned of outside of Next.js. For Next.js: test/next/plain-http-tests.ts.
import { memoryStore } from "prisma-db-session";
import { createWebSessions } from "prisma-db-session/web";
import { describe, expect, it, vi } from "vitest";
import { SECRET, type ShopData } from "../support.ts";
import { freshWarnings } from "./support.ts";

const warnings = freshWarnings("production");

interface Visit {
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly secure?: boolean;
  readonly environment?: string;
}

/** A request that begins a session. */
async function visit({ url = "http://shop.lan/", headers = {}, secure = true, environment }: Visit) {
  if (environment !== undefined) vi.stubEnv("NODE_ENV", environment);
  const app = createWebSessions<ShopData>({ store: memoryStore(), secret: SECRET, cookie: { secure } });
  const session = await app.getSession(new Request(url, { headers }));
  session.set("userId", 7);
  const response = new Headers();
  await app.commitSession(session, response);
  expect(response.getSetCookie()).toHaveLength(1);
}

const HOST = /^prisma-db-session: The session cookie is Secure, but a request to "([^"]*)" came over plain http\. /;
const hosts = () => warnings().map((warning) => HOST.exec(warning)?.[1]);

describe("A Secure cookie over plain http", () => {
  it.each<[string, Visit, string]>([
    ["by the URL", {}, "shop.lan"],
    ["by its address", { url: "http://192.168.0.7:3000/" }, "192.168.0.7"],
    ["by the Host header", { url: "http://127.0.0.1:3000/", headers: { host: "shop.lan:3000" } }, "shop.lan"],
    ["by a proxy's headers", { url: "http://localhost/", headers: { "x-forwarded-host": "shop.lan" } }, "shop.lan"],
    [
      "by a proxy, whatever the URL",
      { url: "https://shop.lan/", headers: { "x-forwarded-proto": "http" } },
      "shop.lan",
    ],
    ["where NODE_ENV says nothing", { environment: "" }, "shop.lan"],
    ["to a host that only begins like this machine", { url: "http://localhost.shop.lan/" }, "localhost.shop.lan"],
  ])("is warned of, with its host: %s", async (_, given, host) => {
    await visit(given);
    expect(hosts()).toEqual([host]);
  });

  it.each<[string, Visit]>([
    ["https", { url: "https://shop.lan/" }],
    ["https in front of a proxy", { headers: { "x-forwarded-proto": "https" } }],
    ["https in front of two proxies", { headers: { "x-forwarded-proto": "HTTPS, http" } }],
    ["localhost", { url: "http://localhost:3000/" }],
    ["a name under localhost", { url: "http://shop.localhost/" }],
    ["127.0.0.1", { url: "http://127.0.0.1:3000/" }],
    ["another loopback address", { url: "http://127.1.2.3/" }],
    ["::1", { url: "http://[::1]:3000/" }],
    ["a browser that tells where the request comes from", { headers: { "sec-fetch-site": "none" } }],
    ["a host that is none", { headers: { host: "two words" } }],
    ["a cookie that is not Secure", { secure: false }],
    ["development", { environment: "development" }],
    ["tests", { environment: "test" }],
  ])("is not warned of: %s", async (_, given) => {
    await visit(given);
    expect(warnings()).toEqual([]);
  });

  it("is warned of once in a process, however many factories and requests it has", async () => {
    for (const url of ["http://one.lan/", "http://two.lan/", "http://one.lan/"]) await visit({ url });
    expect(hosts()).toEqual(["one.lan"]);
  });

  it("is not warned of where no cookie is set: by a reading, or by a sign-out", async () => {
    const app = createWebSessions<ShopData>({ store: memoryStore(), secret: SECRET });
    const request = (cookie?: string) => new Request("http://shop.lan/", cookie ? { headers: { cookie } } : {});
    await app.commitSession(await app.getSession(request()), new Headers());
    const leaving = await app.getSession(request("__Host-session=k"));
    await leaving.flush();
    const headers = new Headers();
    await app.commitSession(leaving, headers);
    expect(headers.getSetCookie()).toHaveLength(1);
    expect(warnings()).toEqual([]);
  });
});
