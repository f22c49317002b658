import { setNoStore } from "../cookie/no-store.ts";
import { isSameOrigin } from "../edge/is-same-origin.ts";
import { SessionInterruptedError } from "../errors.ts";
import { atCallSite, type CallSite } from "../session/call-site.ts";
import type { DbSession } from "../session/db-session.ts";
import { type ControlFlow, controlFlowOf, redirectOfAction, responseOf } from "./control-flow.ts";
import type { NextCookie } from "./next-cookie.ts";
import type { RequestSession } from "./request-session.ts";
import { UnawaitedWrites } from "./unawaited-writes.ts";

/** How `withSession` runs a handler. */
export interface WithSessionOptions {
  /**
   * Answers requests of other sites with 403, except GET and HEAD. Default: false. Server actions
   * need no such check.
   */
  readonly sameOrigin?: boolean;
}

/** What the handler is run for. */
interface Call {
  /** The request of a route handler. `undefined` in a server action. */
  readonly request: Request | undefined;
  /** Where to send the user if the session has ended in the meantime. */
  readonly onInterrupted: string | undefined;
  /** Where the user called `withSession`. An error of the save at the end leads there. */
  readonly site: CallSite;
}

/**
 * The answer for a request of another site, if `sameOrigin` asks for one.
 * @throws TypeError if `sameOrigin` is set, but the handler did not get its request
 */
export function refusal(
  request: Request | undefined,
  { sameOrigin = false }: WithSessionOptions,
): Response | undefined {
  if (!sameOrigin) return undefined;
  if (!request) {
    throw new TypeError(
      "withSession(): `sameOrigin` needs the request. Pass it on as an argument of the route handler. " +
        "A server action needs no such check, because Next.js makes it: leave `sameOrigin` out there.",
    );
  }
  if (isSafe(request) || isSameOrigin(request)) return undefined;
  return new Response("Requests of other sites are not allowed here.", { status: 403 });
}

/**
 * Runs a route handler or a server action on the session of its request, and saves the session
 * afterwards.
 */
export async function runWithSession<Data extends object>(
  { session, cookie }: RequestSession<Data>,
  run: () => unknown,
  { request, onInterrupted, site }: Call,
): Promise<unknown> {
  const writes = new UnawaitedWrites();
  const { onCall: previous } = session;
  const observe: typeof previous = (write) => writes.observe(write);
  session.onCall = observe;
  let outcome: Outcome;
  try {
    outcome = await outcomeOf(run).finally(() => writes.settled());
    if (writes.error) throw writes.error.cause;
    if (!isFailure(outcome.result)) await saveIfNeeded(session, site);
  } catch (error) {
    if (!isEndOf(session, error)) throw error;
    return setNoStoreIfChanged(interrupted(error, request, onInterrupted), cookie);
  } finally {
    // A handler may call another one, or run two at once.
    if (session.onCall === observe) session.onCall = previous;
  }
  const { result, thrown } = outcome;
  if (thrown && !request) throw thrown.error;
  return setNoStoreIfChanged(thrown && request ? responseOf(thrown.flow, request) : result, cookie);
}

const isSafe = ({ method }: Request) => method === "GET" || method === "HEAD";

async function saveIfNeeded<Data extends object>(session: DbSession<Data>, site: CallSite): Promise<void> {
  await atCallSite(site, async () => {
    if (session.needsSave()) await session.save();
  });
}

/** `Response.error()` has the status 0. */
const isFailure = (result: unknown) => result instanceof Response && (result.status >= 500 || result.status === 0);

/**
 * How a handler ended: with a result, or with a throw that makes Next.js redirect or answer with a
 * status.
 */
interface Outcome {
  readonly result?: unknown;
  readonly thrown?: { readonly error: unknown; readonly flow: ControlFlow };
}

async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { result: await run() };
  } catch (error) {
    const flow = controlFlowOf(error);
    if (!flow) throw error;
    return { thrown: { error, flow } };
  }
}

/**
 * Whether an error says that this session has ended, and not another one that the handler has
 * opened.
 */
function isEndOf<Data extends object>(session: DbSession<Data>, error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return code === "SESSION_UPDATE" && session.writeError === error;
}

function interrupted(cause: unknown, request: Request | undefined, onInterrupted: string | undefined): Response {
  if (request) {
    return onInterrupted === undefined
      ? new Response("The session has ended. Please sign in again.", { status: 400 })
      : new Response(null, { status: 303, headers: { Location: withBasePath(onInterrupted, request) } });
  }
  if (onInterrupted !== undefined) throw redirectOfAction(onInterrupted);
  throw new SessionInterruptedError(
    "The session ended while this action was at work, so its change was not saved. Show the sign-in page: in an error " +
      'boundary, `error.digest` is "SESSION_INTERRUPTED". Or set the option `onInterrupted` to a path to redirect to.',
    { cause },
  );
}

/** A `NextRequest` has the base path. Next.js adds it to an action's redirect itself. */
const withBasePath = (path: string, { nextUrl }: Request & { readonly nextUrl?: { readonly basePath?: string } }) =>
  (nextUrl?.basePath ?? "") + path;

/** No cache may keep a response that sets the cookie. (`Response.error()` cannot be copied.) */
function setNoStoreIfChanged(result: unknown, cookie: NextCookie): unknown {
  if (!(result instanceof Response) || !cookie.isChanged || result.status === 0) return result;
  try {
    setNoStore(result.headers);
    return result;
  } catch {
    // The headers of `Response.redirect()` and of `fetch()` cannot be changed, but those of a copy
    // can.
    const copy = new Response(result.body, result);
    setNoStore(copy.headers);
    return copy;
  }
}
