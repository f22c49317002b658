// From a proxy to the page behind it. They are bundles of their own, and each has this module for itself: what they share is the request's
// headers and, where one process runs both, the global scope.
import { randomUUID } from "node:crypto";
import type { Finding } from "../session/session-record.ts";

/** Names, for one request, what its proxy knows. Whatever else a browser sends there names nothing. */
const NAME = "x-prisma-db-session";

/** How a response tells Next.js of the headers that the request goes on with: by what `NextResponse.next({ request })` makes of them. */
const LIST = "x-middleware-override-headers";
const PREFIX = "x-middleware-request-";

/** Many pages do without a session, and never ask for what is kept for them: it goes after so many milliseconds, when another comes, or so many. */
const MAX_AGE = 10_000;
const MAX_COUNT = 1000;

/** The part of the request's `Headers` that is used, typed by its shape. */
export interface RequestHeaders extends ResponseHeaders {
  forEach(callback: (value: string, name: string) => void): void;
}

export interface ResponseHeaders {
  get(name: string): string | null;
  set(name: string, value: string): void;
}

/** Says what is known by then. */
export type Tell = () => Finding | undefined;

interface Kept {
  readonly tell: Tell;
  readonly at: number;
}

const KEPT = Symbol.for("prisma-db-session.kept");
const shared = globalThis as { [KEPT]?: Map<string, Kept> };

/** Has the page behind a proxy find what that knows; nothing for a response that no page comes behind. */
export function handOn(tell: Tell, request: RequestHeaders, response: ResponseHeaders): void {
  if (!response.get("x-middleware-next") && !response.get("x-middleware-rewrite")) return;
  const token = randomUUID();
  keep(token, tell);
  // For a response that is made of the request later on, too.
  request.set(NAME, token);
  // As `NextResponse.next({ request })` writes it: all that the request is to have.
  const names = (response.get(LIST) ?? "").split(",").filter(Boolean);
  const add = (value: string, name: string) => {
    names.push(name);
    response.set(PREFIX + name, value);
  };
  if (names.length === 0) request.forEach(add);
  else add(token, NAME);
  response.set(LIST, names.join(","));
}

/** What the proxy of the request with these headers knows. Tells it once: from then on the request remembers it by itself. */
export function handedOn(request: Pick<RequestHeaders, "get">): Tell | undefined {
  const token = request.get(NAME);
  const kept = token === null ? undefined : shared[KEPT]?.get(token);
  if (!token || !kept) return undefined;
  shared[KEPT]?.delete(token);
  return isFresh(kept) ? kept.tell : undefined;
}

function keep(token: string, tell: Tell): void {
  shared[KEPT] ??= new Map();
  const all = shared[KEPT];
  // The oldest come first.
  for (const [older, kept] of all) {
    if (isFresh(kept) && all.size < MAX_COUNT) break;
    all.delete(older);
  }
  all.set(token, { tell, at: Date.now() });
}

const isFresh = ({ at }: Kept) => Date.now() - at < MAX_AGE;
