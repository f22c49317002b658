import fc from "fast-check";
import { isSameOrigin } from "prisma-db-session/edge";
import { describe, expect, it } from "vitest";

/** By plain headers, as some that matter here cannot be set on a `Request`. */
const asked = (headers: Record<string, string>, options?: { trustProxy?: boolean }) =>
  isSameOrigin({ headers: new Headers(headers) }, options);

const HOST = "shop.example";

describe("isSameOrigin", () => {
  it.each([
    ["same-origin", true],
    ["none", true],
    ["same-site", false],
    ["cross-site", false],
    ["", false],
    ["same-origin, cross-site", false],
    ["SAME-ORIGIN", false],
  ])("goes by Sec-Fetch-Site first: %j is %s, whatever Origin says", (site, expected) => {
    for (const origin of [`https://${HOST}`, "https://evil.example", "null"]) {
      expect(asked({ "Sec-Fetch-Site": site, Origin: origin, Host: HOST })).toBe(expected);
    }
    expect(asked({ "Sec-Fetch-Site": site })).toBe(expected);
  });

  it("is true for what sends neither header: no browser that another site could use", () => {
    expect(asked({})).toBe(true);
    expect(asked({ Host: HOST })).toBe(true);
  });

  it.each([
    ["https://shop.example", "shop.example", true],
    ["http://shop.example", "shop.example", true],
    ["http://localhost:3000", "localhost:3000", true],
    ["https://shop.example", "shop.example:443", true],
    ["https://shop.example:443", "shop.example", true],
    ["http://shop.example", "shop.example:80", true],
    ["HTTPS://Shop.Example", "sHOP.eXAMPLE", true],
    ["http://[::1]:3000", "[::1]:3000", true],
    ["http://[0:0:0:0:0:0:0:1]:3000", "[::1]:3000", true],
    ["https://bücher.example", "xn--bcher-kva.example", true],
    ["https://evil.example", "shop.example", false],
    ["https://shop.example.evil.example", "shop.example", false],
    ["https://evilshop.example", "shop.example", false],
    ["https://api.shop.example", "shop.example", false],
    ["https://shop.example", "api.shop.example", false],
    ["https://shop.example:8443", "shop.example", false],
    ["https://shop.example", "shop.example:8443", false],
    ["http://shop.example", "shop.example:443", false],
    ["http://localhost:3000", "localhost:3001", false],
  ])("compares Origin %s with Host %s: %s", (origin, host, expected) => {
    // Headers take no ü, which no browser sends either; what implements them by itself may.
    const get = (name: string) => ({ origin, host })[name] ?? null;
    expect(isSameOrigin({ headers: { get } })).toBe(expected);
  });

  it.each([
    "null",
    "",
    "shop.example",
    "//shop.example",
    "https://",
    "https://shop.example/path",
    "https://user@shop.example",
    "https://shop.example?query",
    "https://shop.example https://evil.example",
    "https://evil.example, https://shop.example",
    "file://shop.example",
    "ftp://shop.example",
    "chrome-extension://shop.example",
    "javascript:alert(1)",
    "data:text/html,shop.example",
    "https://shop.example:99999",
    "https://[",
    "https://%",
  ])("is false for what is no origin of a page: %j", (origin) => {
    expect(asked({ Origin: origin, Host: HOST })).toBe(false);
  });

  it("is false for a Host that is none", () => {
    const origin = `https://${HOST}`;
    expect(asked({ Origin: origin })).toBe(false);
    for (const host of [
      "",
      "evil.example/",
      `evil.example@${HOST}`,
      `${HOST}/path`,
      `${HOST}?`,
      `${HOST}#`,
      "[",
      "%",
      "a b",
    ]) {
      expect(asked({ Origin: origin, Host: host }), host).toBe(false);
    }
  });

  it("is false where neither is one, however alike they are", () => {
    for (const host of ["[", "%", "a b", "example.com:99999", `user@${HOST}`, `${HOST}/path`]) {
      expect(asked({ Origin: `https://${host}`, Host: host }), host).toBe(false);
    }
  });

  it("never looks at the URL of the request, which behind a proxy is another", () => {
    const request = (origin: string) =>
      new Request("http://localhost:3000/api", { method: "POST", headers: { Origin: origin, Host: HOST } });
    expect(isSameOrigin(request(`https://${HOST}`))).toBe(true);
    expect(isSameOrigin(request("http://localhost:3000"))).toBe(false);
  });

  it("takes X-Forwarded-Host only from a proxy that is trusted, and of several hosts the browser's", () => {
    const headers = { Origin: `https://${HOST}`, Host: "10.0.0.7:3000", "X-Forwarded-Host": HOST };
    expect(asked(headers)).toBe(false);
    expect(asked(headers, { trustProxy: false })).toBe(false);
    expect(asked(headers, { trustProxy: true })).toBe(true);
    expect(asked({ ...headers, "X-Forwarded-Host": `${HOST} , inner.example` }, { trustProxy: true })).toBe(true);
    expect(asked({ ...headers, "X-Forwarded-Host": `inner.example, ${HOST}` }, { trustProxy: true })).toBe(false);
  });

  it("does not let a page say who it is by X-Forwarded-Host", () => {
    const forged = { Origin: "https://evil.example", Host: HOST, "X-Forwarded-Host": "evil.example" };
    expect(asked(forged)).toBe(false);
  });

  it("goes by Host where a trusted proxy says nothing", () => {
    const headers = { Origin: `https://${HOST}`, Host: HOST };
    expect(asked(headers, { trustProxy: true })).toBe(true);
    expect(asked({ ...headers, "X-Forwarded-Host": "" }, { trustProxy: true })).toBe(true);
    expect(asked({ ...headers, "X-Forwarded-Host": "evil.example" }, { trustProxy: true })).toBe(false);
  });

  it("never throws, and no garbage is of the same origin as a host", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.string().map((end) => `https://${end}`),
    );
    fc.assert(
      fc.property(text, text, text, fc.boolean(), (origin, host, forwarded, trustProxy) => {
        const headers: Record<string, string> = { origin, host, "x-forwarded-host": forwarded };
        expect(typeof isSameOrigin({ headers: { get: (name) => headers[name] ?? null } }, { trustProxy })).toBe(
          "boolean",
        );
        expect(isSameOrigin({ headers: { get: (name) => ({ origin, host: HOST })[name] ?? null } })).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
