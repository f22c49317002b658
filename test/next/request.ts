// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { afterTaskAsyncStorage } from "next/dist/server/app-render/after-task-async-storage.external.js";
import { workAsyncStorage } from "next/dist/server/app-render/work-async-storage.external.js";
import { workUnitAsyncStorage } from "next/dist/server/app-render/work-unit-async-storage.external.js";
import { createRequestStoreForAPI } from "next/dist/server/async-storage/request-store.js";
import type { NextRequest } from "next/server.js";

type WorkStore = NonNullable<ReturnType<typeof workAsyncStorage.getStore>>;

export interface NextRequestOptions {
  /** Cookies that the browser sends, by name. */
  readonly cookies?: Record<string, string>;
  /** `action`: a route handler or a server action. `render`: a server component or generateMetadata. Default: `action`. */
  readonly phase?: "action" | "render";
}

/**
 * Runs code as a request of Next.js would run it: with Next's own `cookies()`, on Next's own request store. (That whole applications work
 * is what the tests in test/e2e are for.)
 *
 * What it gives to `after()` is run when it has returned.
 *
 * @returns what the code returned, and every Set-Cookie header that the response would carry
 */
export async function inNextRequest<Result>(
  { cookies = {}, phase = "action" }: NextRequestOptions,
  run: (changePhase: (phase: "action" | "render" | "after") => void) => Promise<Result>,
): Promise<{ result: Result; setCookies: readonly string[] }> {
  const headers = new Headers();
  const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  if (pairs.length > 0) headers.set("cookie", pairs.join("; "));
  let setCookies: readonly string[] = [];
  const store = createRequestStoreForAPI(
    { headers } as NextRequest,
    new URL("http://localhost/"),
    { tags: [], expirationsByCacheKind: new Map() },
    (updated: string[]) => {
      setCookies = updated;
    },
    undefined,
    undefined,
  );
  store.phase = phase;
  const tasks: (() => unknown)[] = [];
  const afterContext = { after: (task: () => unknown) => tasks.push(task) };
  const workStore = { route: "/", afterContext } as unknown as WorkStore;
  const changePhase = (next: "action" | "render" | "after") => {
    store.phase = next;
  };
  const result = await afterTaskAsyncStorage.run({ rootTaskSpawnPhase: phase }, () =>
    workAsyncStorage.run(workStore, () => workUnitAsyncStorage.run(store, () => run(changePhase))),
  );
  for (const task of tasks) await task();
  return { result, setCookies };
}
