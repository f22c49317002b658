import { type NextRequest, NextResponse } from "next/server";
import { hasSessionCookie } from "prisma-db-session/edge";
import { headersWithNotice, NOTICE_PARAMETER, takeNotice } from "./lib/notice.ts";
import { getSession } from "./lib/session.ts";

export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, searchParams } = request.nextUrl;
  // To the sign-in by the cookie, never away from it: a cookie may open no session, and the page would send it back.
  // Only for GET: a form must reach its action, which asks for the session and keeps what was typed.
  if (request.method === "GET" && pathname.startsWith("/account") && !hasSessionCookie(request)) {
    return NextResponse.redirect(new URL(`/sign-in?next=${encodeURIComponent(pathname)}`, request.url));
  }
  if (!searchParams.has(NOTICE_PARAMETER)) return nextPage(request, undefined);

  const response = NextResponse.next();
  const message = await takeNotice(await getSession(request, response));
  if (message === undefined) return nextPage(request, undefined);
  // The headers that the page gets cannot be added afterwards, so there is a second response, with the cookies of the first.
  const next = nextPage(request, message);
  for (const cookie of response.cookies.getAll()) next.cookies.set(cookie);
  next.headers.set("Cache-Control", "no-store");
  return next;
}

const nextPage = (request: NextRequest, message: string | undefined) =>
  NextResponse.next({ request: { headers: headersWithNotice(request.headers, message) } });

/** Pages only. */
export const config = { matcher: "/((?!_next/|api/|icon).*)" };
