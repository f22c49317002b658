import { AsyncLocalStorage } from "node:async_hooks";
import type { TestCookies } from "./test-cookies.ts";

/** The request of a test browser that runs now. */
interface TestRequest {
  readonly cookies: TestCookies;
  readonly headers: Headers;
}

/** A test runner may load this module several times, such as after `vi.resetModules()`. */
const GLOBAL = Symbol.for("prisma-db-session.test-request");
const shared = globalThis as { [GLOBAL]?: AsyncLocalStorage<TestRequest> };
shared[GLOBAL] ??= new AsyncLocalStorage();
const requests = shared[GLOBAL];

/** Runs code within a request. */
export const runInRequest = <Result>(request: TestRequest, run: () => Result): Result => requests.run(request, run);

/**
 * Stands in for `cookies` of next/headers in unit tests: see `createTestBrowser`.
 * @throws Error outside of a request of a test browser
 */
export async function cookies(): Promise<TestCookies> {
  return currentRequest("cookies").cookies;
}

/**
 * Stands in for `headers` of next/headers in unit tests: see `createTestBrowser`.
 * @throws Error outside of a request of a test browser
 */
export async function headers(): Promise<Headers> {
  return currentRequest("headers").headers;
}

/** Stands in for `draftMode` of next/headers in unit tests. The draft mode is always off. */
export async function draftMode(): Promise<{ readonly isEnabled: false; enable(): void; disable(): void }> {
  return { isEnabled: false, enable() {}, disable() {} };
}

function currentRequest(name: string): TestRequest {
  const request = requests.getStore();
  if (request) return request;
  throw new Error(
    `\`${name}\` was called outside a request scope. Call your code in a request of a test browser: ` +
      "`createTestBrowser().action(() => signIn(form))`.",
  );
}
