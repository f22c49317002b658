import { type ControlFlow, controlFlowOf, responseOf } from "../next/control-flow.ts";
import { runInRequest } from "./next-headers.ts";
import { type ChangedCookie, isPast, TestCookies } from "./test-cookies.ts";

/** For `createTestBrowser`. */
export interface TestBrowserOptions {
  /** The URL of the app. Default: `http://localhost:3000`. */
  readonly url?: string;
  /** The headers of every request, such as `{ "user-agent": "Firefox" }`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an action or a page ended. */
export interface TestOutcome<Result> {
  /** The value that the code returned. `undefined` if it redirected or answered with a status. */
  readonly result: Result | undefined;
  /** The path that `redirect()` or `permanentRedirect()` leads to. */
  readonly redirect: string | undefined;
  /** The status of `redirect()`, `notFound()`, `unauthorized()` or `forbidden()`. */
  readonly status: number | undefined;
}

/**
 * A browser for unit tests. It runs the code of an app as Next.js runs it in a request, and keeps
 * the cookies between the requests.
 */
export interface TestBrowser {
  /**
   * The names and the values of the cookies that the browser has. You may change them. The browser
   * keeps a cookie until it is removed, whatever its domain, its path and its lifetime are.
   */
  readonly cookies: Map<string, string>;
  /**
   * Runs a server action: `browser.action(() => signIn(form))`. It can set cookies, and the browser
   * keeps them also if the action throws.
   *
   * `redirect()`, `notFound()`, `unauthorized()` and `forbidden()` do not reject.
   */
  action<Result>(run: () => Result): Promise<TestOutcome<Awaited<Result>>>;
  /**
   * Runs a route handler with a request: `browser.fetch(POST, "/api/cart", { method: "POST" })`.
   * As in Next.js, the cookies are lost if the handler throws, except by `redirect()`. The browser
   * does not follow redirects.
   */
  fetch(
    handler: (request: Request) => Response | Promise<Response>,
    path: string,
    init?: RequestInit,
  ): Promise<Response>;
  /**
   * Runs a server component, a layout or `generateMetadata`: `browser.render(() => Page())`. It can
   * read cookies, but setting one throws.
   */
  render<Result>(run: () => Result): Promise<TestOutcome<Awaited<Result>>>;
}

/**
 * Creates a browser without cookies, to run actions, route handlers and pages in unit tests. The
 * test must replace next/headers, with one line.
 *
 * @example
 * ```ts
 * vi.mock("next/headers", () => import("prisma-db-session/testing"));
 *
 * const browser = createTestBrowser();
 * const { redirect } = await browser.action(() => signIn(form));
 * expect(redirect).toBe("/");
 * ```
 */
export function createTestBrowser({
  url = "http://localhost:3000",
  headers: ownHeaders = {},
}: TestBrowserOptions = {}): TestBrowser {
  const jar = new Map<string, string>();

  function keep({ name, value, isRemoved }: ChangedCookie) {
    if (isRemoved) jar.delete(name);
    else jar.set(name, value);
  }

  /** The headers of a new request. */
  function newHeaders(init?: RequestInit["headers"]): Headers {
    const { host, protocol } = new URL(url);
    const headers = new Headers({ host, "x-forwarded-proto": protocol.slice(0, -1), ...ownHeaders });
    new Headers(init).forEach((value, name) => {
      headers.set(name, value);
    });
    if (jar.size > 0) headers.set("cookie", new TestCookies(jar).toString());
    return headers;
  }

  return {
    cookies: jar,
    async action(run) {
      const cookies = new TestCookies(jar, keep);
      return outcomeOf(() => runInRequest({ cookies, headers: newHeaders() }, run));
    },
    async fetch(handler, path, init) {
      const changed: ChangedCookie[] = [];
      const headers = newHeaders(init?.headers);
      const request = new Request(new URL(path, url), { ...init, headers });
      const cookies = new TestCookies(jar, (cookie) => changed.push(cookie));
      const { result, flow } = await settle(() => runInRequest({ cookies, headers }, () => handler(request)));
      const response = result ?? responseOf(flow as ControlFlow, request);
      if (result || "location" in (flow as ControlFlow)) changed.forEach(keep);
      // A cookie of the response itself takes precedence.
      for (const header of response.headers.getSetCookie()) keep(parseSetCookie(header));
      return response;
    },
    async render(run) {
      const cookies = new TestCookies(jar);
      return outcomeOf(() => runInRequest({ cookies, headers: newHeaders() }, run));
    },
  };
}

async function outcomeOf<Result>(run: () => Result): Promise<TestOutcome<Awaited<Result>>> {
  const { result, flow } = await settle(run);
  return { result, redirect: flow && "location" in flow ? flow.location : undefined, status: flow?.status };
}

async function settle<Result>(run: () => Result): Promise<{ result?: Awaited<Result>; flow?: ControlFlow }> {
  try {
    return { result: await run() };
  } catch (error) {
    const flow = controlFlowOf(error);
    if (!flow) throw error;
    return { flow };
  }
}

function parseSetCookie(header: string): ChangedCookie {
  const [pair = "", ...attributes] = header.split(";").map((part) => part.trim());
  const attribute = (name: string) =>
    attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const [maxAge, expires] = [attribute("max-age"), attribute("expires")];
  const at = pair.indexOf("=");
  const isRemoved = isPast({
    ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
    ...(expires !== undefined && { expires: new Date(expires) }),
  });
  return { name: pair.slice(0, at), value: decoded(pair.slice(at + 1)), isRemoved };
}

/** Like Next.js, which leaves a value that is not encoded as it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
