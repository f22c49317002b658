// From a proxy to the page behind it. They are bundles of their own, and each has this module for itself: what they share is the request's
// headers and, where one process runs both, the global scope.
import { randomUUID } from "node:crypto";
import type { ResponseHeaders } from "../keep-out-of-caches.ts";
import type { RequestRow } from "../session/request-row.ts";

/** Names a row for the page of one request. Whatever else a browser sends there names nothing. */
const NAME = "x-prisma-db-session";

/** How a response tells Next.js of the headers that the request goes on with: by what `NextResponse.next({ request })` makes of them. */
const LIST = "x-middleware-override-headers";
const PREFIX = "x-middleware-request-";

/** Many pages do without a session and never ask for what is kept for them: when another comes it goes after so many milliseconds, or so many. */
const MAX_AGE = 5000;
const MAX_COUNT = 1000;

/** The part of the request's `Headers` that is used, typed by its shape. */
export interface RequestHeaders {
  get(name: string): string | null;
  set(name: string, value: string): void;
  forEach(callback: (value: string, name: string) => void): void;
}

interface Kept {
  readonly row: RequestRow;
  /** The model or store that the row is of. */
  readonly source: object;
  readonly at: number;
}

const KEPT = Symbol.for("prisma-db-session.kept");
const shared = globalThis as { [KEPT]?: Map<string, Kept> };

/**
 * Has the page behind a proxy find the row that the proxy knows. Only where Next.js goes on with the request itself: a rewrite may lead to
 * another host, which the name is not for.
 *
 * @param source the model or store that the row is of
 */
export function handOn(row: RequestRow, source: object, request: RequestHeaders, response: ResponseHeaders): void {
  if (!response.get("x-middleware-next")) return;
  const token = randomUUID();
  keep(token, { row, source, at: performance.now() });
  // For a response that is made of the request later on, too.
  request.set(NAME, token);
  const names = (response.get(LIST) ?? "").split(",").filter(Boolean);
  const add = (value: string, name: string) => {
    names.push(name);
    response.set(PREFIX + name, value);
  };
  // The list names all that the request is to have.
  if (names.length === 0) request.forEach(add);
  else add(token, NAME);
  response.set(LIST, names.join(","));
}

/** What the proxy of the request with these headers knows of a row of this very model or store. Tells it once. */
export function handedOn(source: object, request: Pick<RequestHeaders, "get">): RequestRow | undefined {
  const token = request.get(NAME);
  const kept = token === null ? undefined : shared[KEPT]?.get(token);
  if (token === null || kept?.source !== source) return undefined;
  shared[KEPT]?.delete(token);
  return kept.row;
}

function keep(token: string, kept: Kept): void {
  shared[KEPT] ??= new Map();
  const all = shared[KEPT];
  // The oldest come first.
  for (const [older, { at }] of all) {
    if (kept.at - at < MAX_AGE && all.size < MAX_COUNT) break;
    all.delete(older);
  }
  all.set(token, kept);
}
