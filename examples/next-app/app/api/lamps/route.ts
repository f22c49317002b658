import { beginRound, lampsLit } from "../../../lib/lamps.ts";
import { getSession, withSession } from "../../../lib/session.ts";

/** @returns the numbers of the lamps that are lit in the table: `{ lit: [1, 2] }` */
export async function GET(): Promise<Response> {
  const lit = lampsLit(await getSession());
  return Response.json({ lit }, { headers: { "Cache-Control": "no-store", Vary: "Cookie" } });
}

/** Puts all lamps out. */
export const DELETE = withSession(
  async (session): Promise<Response> => {
    beginRound(session);
    return new Response(null, { status: 204 });
  },
  { sameOrigin: true },
);
