// Compile-only: what the helpers for requests and responses take. `npm run check` compiles this.
import type { headers } from "next/headers.js";
import type { NextRequest, NextResponse } from "next/server.js";
import { type DbSession, memoryStore } from "prisma-db-session";
import { hasSessionCookie, isSameOrigin } from "prisma-db-session/edge";
import { createWebSessions } from "prisma-db-session/web";

declare const request: NextRequest;
declare const response: NextResponse;
declare const nextHeaders: Awaited<ReturnType<typeof headers>>;

for (const each of [request, new Request("http://localhost/"), { headers: nextHeaders }]) {
  hasSessionCookie(each) satisfies boolean;
  isSameOrigin(each, { trustProxy: true }) satisfies boolean;
}
hasSessionCookie(request, { name: "sid" });

// @ts-expect-error not a request
hasSessionCookie("session=");
// @ts-expect-error no such option
isSameOrigin(request, { trustHost: true });

const { getSession, commitSession, open } = createWebSessions<{ userId: number }>({
  store: memoryStore(),
  secret: process.env.SESSION_SECRET,
});
const session = await getSession(request);
session satisfies DbSession<{ userId: number }>;
session.get("userId") satisfies number | undefined;
await commitSession(session, response.headers);
await commitSession(session, new Headers());
await commitSession(open(), new Response().headers);

// @ts-expect-error the response is not its headers
await commitSession(session, response);
// @ts-expect-error another type
session.set("userId", "7");
