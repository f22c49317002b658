import { cookies } from "next/headers.js";
import { ConfigError } from "../errors.ts";

/**
 * `await cookies()` of the current request. Other errors of Next.js go through as they are: by some
 * of these Next.js knows during a build that a route is dynamic.
 * @throws ConfigError outside of a request of the App Router
 */
export async function requestCookies(): ReturnType<typeof cookies> {
  try {
    return await cookies();
  } catch (error) {
    // A mock of a test has advice of its own.
    throw isOutsideRequest(error) && NEXT_ADVICE.test(String(error)) ? outsideRequestError(error) : error;
  }
}

const NEXT_ADVICE = /Read more: https:\/\/nextjs\.org/;

/** Next.js exports no class for this error. */
export const isOutsideRequest = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("outside a request scope");

function outsideRequestError(cause: unknown): ConfigError {
  return new ConfigError(
    "Cannot find a request, because getSession() and withSession() work only during a request of the App Router. In the " +
      'Pages Router (getServerSideProps, API routes) they are not supported: use createWebSessions of "prisma-db-session/web". ' +
      "At the top level of a module there is no request: call getSession() in the page, the action or the handler. " +
      'For unit tests, "prisma-db-session/testing" has helpers.',
    { cause },
  );
}
