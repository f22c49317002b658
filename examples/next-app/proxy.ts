import { type NextRequest, NextResponse } from "next/server";
import { hasSessionCookie } from "prisma-db-session/edge";
import { headersWithNotice, NOTICE_PARAMETER, takeNotice } from "./lib/notice.ts";
import { getSession } from "./lib/session.ts";

export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { pathname, searchParams } = request.nextUrl;
  // Without a cookie there is no session. With a cookie there may be none either, so never redirect
  // away from the sign-in page because of a cookie. Only for GET: a form must reach its action,
  // which keeps the text that was typed.
  if (request.method === "GET" && pathname.startsWith("/account") && !hasSessionCookie(request)) {
    return NextResponse.redirect(new URL(`/sign-in?next=${encodeURIComponent(pathname)}`, request.url));
  }
  if (!searchParams.has(NOTICE_PARAMETER)) return nextPage(request, undefined);

  const response = NextResponse.next();
  const message = await takeNotice(await getSession(request, response));
  if (message === undefined) return nextPage(request, undefined);
  // Headers for the page cannot be added to a response later. So make a second response, with the
  // cookies of the first.
  const next = nextPage(request, message);
  for (const cookie of response.cookies.getAll()) next.cookies.set(cookie);
  next.headers.set("Cache-Control", "no-store");
  return next;
}

const nextPage = (request: NextRequest, message: string | undefined) =>
  NextResponse.next({ request: { headers: headersWithNotice(request.headers, message) } });

/** Only pages. */
export const config = { matcher: "/((?!_next/|api/|icon).*)" };
