import { SessionInterruptedError } from "../errors.ts";
import { keepOutOfCaches } from "../keep-out-of-caches.ts";
import type { DbSession } from "../session/db-session.ts";
import { type ControlFlow, controlFlowOf, redirectOfAction, responseOf } from "./control-flow.ts";
import type { NextCookie } from "./next-cookie.ts";

/** The session of a request and its cookie. */
export interface RequestSession<Data extends object> {
  readonly session: DbSession<Data>;
  readonly cookie: NextCookie;
}

/**
 * Runs a handler or an action on the session of its request, and saves that when it has returned.
 *
 * @param request the request of a route handler; undefined in a server action
 * @param onInterrupted where to send the user when the session has ended meanwhile
 */
export async function runWithSession<Data extends object>(
  { session, cookie }: RequestSession<Data>,
  run: () => unknown,
  { request, onInterrupted }: { readonly request: Request | undefined; readonly onInterrupted: string | undefined },
): Promise<unknown> {
  let outcome: Outcome;
  try {
    outcome = await outcomeOf(run);
    if (!isFailure(outcome.result) && session.needsSave()) await session.save();
    if (session.isEmpty() && cookie.isWritable) cookie.delete();
  } catch (error) {
    if (!isEndOf(session, error)) throw error;
    // The row is gone: this removes the cookie and forgets the data, which are nobody's any more.
    await session.flush();
    return keptOutOfCaches(interrupted(error, request, onInterrupted), cookie);
  }
  const { result, thrown } = outcome;
  if (thrown && !request) throw thrown.error;
  return keptOutOfCaches(thrown && request ? responseOf(thrown.flow, request) : result, cookie);
}

/** `Response.error()` has the status 0. */
const isFailure = (result: unknown) => result instanceof Response && (result.status >= 500 || result.status === 0);

/** What a handler came to: its result, or what it threw to have Next.js redirect or answer with a status, which counts as one. */
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

/** Whether an error says that this very session has ended, rather than another one that the handler had opened. */
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
    "The session ended while this action was at work on it, so nothing was saved. Show the sign-in page: an error boundary knows " +
      'this error by its digest, "SESSION_INTERRUPTED"; or set the option `onInterrupted` to the path to redirect to.',
    { cause },
  );
}

/** Of a `NextRequest`. An action's redirect gets it from Next.js. */
const withBasePath = (path: string, { nextUrl }: Request & { readonly nextUrl?: { readonly basePath?: string } }) =>
  (nextUrl?.basePath ?? "") + path;

/** A response that sets the cookie is for nobody else. (`Response.error()` cannot be copied.) */
function keptOutOfCaches(result: unknown, cookie: NextCookie): unknown {
  if (!(result instanceof Response) || !cookie.isMoved || result.status === 0) return result;
  try {
    keepOutOfCaches(result.headers);
    return result;
  } catch {
    // The headers of `Response.redirect()` and of what `fetch()` gave cannot be changed, but those of a copy can.
    const copy = new Response(result.body, result);
    keepOutOfCaches(copy.headers);
    return copy;
  }
}
