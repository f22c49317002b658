// From a proxy to the page behind it. They are bundles of their own, and each has this module for itself: what they share is the request's
// headers and, where one process runs both, the global scope.
import { randomUUID } from "node:crypto";
import type { Finding } from "../session/session-record.ts";

/** Names, for one request, what its proxy knows. Whatever else a browser sends there names nothing. */
const NAME = "x-prisma-db-session";

/** How a response tells Next.js of the headers that the request goes on with: by what `NextResponse.next({ request })` makes of them. */
const LIST = "x-middleware-override-headers";
const PREFIX = "x-middleware-request-";

/** What is not asked for, since the page does without a session, is kept until so many milliseconds later another one comes, or so many. */
const MAX_AGE = 10_000;
const MAX_COUNT = 1000;

/** The part of the request's `Headers` that is used, typed by its shape. */
export interface RequestHeaders extends ResponseHeaders {
  keys(): Iterable<string>;
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
  const name = randomUUID();
  keep(name, tell);
  // For a response that is made of the request later on.
  request.set(NAME, name);
  // As `NextResponse.next({ request })` writes it, which lists all that the request is to have.
  const listed = response.get(LIST);
  const names = new Set(listed ? listed.split(",") : request.keys());
  if (!listed) for (const each of names) response.set(PREFIX + each, String(request.get(each)));
  response.set(PREFIX + NAME, name);
  response.set(LIST, [...names.add(NAME)].join(","));
}

/** What the proxy of the request with these headers knows. Tells it once: from then on the request remembers it by itself. */
export function handedOn(request: Pick<RequestHeaders, "get">): Tell | undefined {
  const name = request.get(NAME);
  if (name === null) return undefined;
  const kept = shared[KEPT]?.get(name);
  shared[KEPT]?.delete(name);
  return kept?.tell;
}

function keep(name: string, tell: Tell): void {
  shared[KEPT] ??= new Map();
  const kept = shared[KEPT];
  const now = Date.now();
  for (const [older, { at }] of kept) {
    if (now - at < MAX_AGE && kept.size < MAX_COUNT) break;
    kept.delete(older);
  }
  kept.set(name, { tell, at: now });
}
