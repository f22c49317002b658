import { isSameOrigin } from "prisma-db-session/edge";
import { beginRound, lampsLit } from "../../../lib/lamps.ts";
import { getSession, withSession } from "../../../lib/session.ts";

/** The numbers of the lamps that are lit, as the table has them: `{ lit: [1, 2] }`. */
export async function GET(): Promise<Response> {
  const lit = lampsLit(await getSession());
  return Response.json({ lit }, { headers: { "Cache-Control": "no-store", Vary: "Cookie" } });
}

/** Puts all lamps out. */
export const DELETE = withSession(async (session, request: Request): Promise<Response> => {
  if (!isSameOrigin(request)) return new Response(null, { status: 403 });
  beginRound(session);
  return new Response(null, { status: 204 });
});
