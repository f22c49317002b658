// `next start` over plain http, on a host that is not this machine: browsers drop the Secure cookie that it sets.
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { build, type Running, start } from "./fixtures/app.ts";
import type { Target } from "./fixtures/targets.ts";

const WARNING = "prisma-db-session: The session cookie is Secure, but a request to";

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** What gives a new visitor a session: by its place, the request. */
const WAYS: Record<string, (app: Running, host: string) => Promise<Sent>> = {
  "a route handler": async () => ({ path: "/get-session", headers: { "x-change": "set" } }),
  withSession: async () => ({ path: "/with-session/42", headers: { "x-change": "set" } }),
  "the proxy": async () => ({ path: "/proxied", headers: { "x-change": "reads", "x-change-before": "set" } }),
  "a server action": async ({ url }, host) => {
    const page = await (await fetch(`${url}/actions`)).text();
    const id = /<form id="wrapped".*?name="\$ACTION_ID_(\w+)"/s.exec(page)?.[1];
    const form = new FormData();
    form.set(`$ACTION_ID_${id}`, "");
    form.set("name", "Ada");
    const sent = new Response(form);
    const headers = {
      "x-change": "set",
      origin: `http://${host}`,
      "content-type": String(sent.headers.get("content-type")),
    };
    return { path: "/actions", headers, body: Buffer.from(await sent.arrayBuffer()) };
  },
};

export const plainHttpTests = (target: Target) =>
  describe(`a Secure cookie over plain http, ${target.title}`, () => {
    async function started(): Promise<Running> {
      const { folder } = await build(target);
      const app = await start(folder, "start");
      onTestFinished(() => app.stop());
      return app;
    }

    /** `fetch()` would send its own Host. Resolves once the cookie was set. */
    async function visit(app: Running, way: string, host: string, more: Readonly<Record<string, string>> = {}) {
      const { path, headers, body } = (await WAYS[way]?.(app, host)) ?? expect.unreachable();
      const method = way === "the proxy" ? "GET" : "POST";
      const sent = request(`${app.url}${path}`, { method, headers: { ...headers, host, ...more } }).end(body);
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      await once(response.resume(), "end");
      const cookie = response.headers["set-cookie"]?.find((each) => each.startsWith("__Host-session="));
      expect(cookie, `${way}: ${response.statusCode}`).toMatch(/; Secure/i);
    }

    const warnings = async (app: Running) => (await app.log()).split(WARNING).slice(1);

    it.each(Object.keys(WAYS))("is warned of once, with the remedy: %s", async (way) => {
      const app = await started();
      await visit(app, way, "shop.lan:3000");
      await vi.waitFor(async () => expect(await warnings(app)).toHaveLength(1), 10_000);
      for (const again of Object.keys(WAYS)) await visit(app, again, "other.lan");
      const [warning, ...more] = await warnings(app);
      expect(warning).toContain('"shop.lan" came over plain http.');
      expect(warning).toContain("`X-Forwarded-Proto: https`, which is missing");
      expect(warning).toContain("`cookie: { secure: false }`");
      expect(more).toEqual([]);
    });

    it("is not warned of where the browser keeps it, and where none is set", async () => {
      const app = await started();
      for (const way of Object.keys(WAYS)) {
        for (const host of ["localhost:3000", "127.0.0.1", "[::1]:3000", "shop.localhost"]) {
          await visit(app, way, host);
        }
        const https = { "x-forwarded-proto": "https, http" };
        // A form of https comes from an origin of https.
        await visit(app, way, "shop.lan", {
          ...https,
          ...(way === "a server action" && { origin: "https://shop.lan" }),
        });
        for (const site of ["same-origin", "none", "cross-site"]) {
          await visit(app, way, "shop.lan", { "sec-fetch-site": site });
        }
      }
      await fetch(`${app.url}/get-session`, { headers: { "x-change": "reads" } });
      const reads = request(`${app.url}/get-session`, { headers: { host: "shop.lan", "x-change": "reads" } }).end();
      await once(reads, "response");
      expect(await warnings(app)).toEqual([]);
      // The server would have printed it by now: it prints this one.
      await visit(app, "a route handler", "shop.lan");
      await vi.waitFor(async () => expect(await warnings(app)).toHaveLength(1), 10_000);
    });
  });
