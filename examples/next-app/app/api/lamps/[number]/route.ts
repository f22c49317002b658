import { setTimeout } from "node:timers/promises";
import { lamps, lightLamp } from "../../../../lib/lamps.ts";
import { sayWhetherMerged } from "../../../../lib/merges.ts";
import { withSession } from "../../../../lib/session.ts";

/**
 * Milliseconds between reading and saving, as if the handler called another service. So the saves
 * really are concurrent.
 */
const WORK = 50;

/** Lights one lamp, which is one key of the session. */
export const PUT = sayWhetherMerged(
  withSession(
    async (session, _request: Request, { params }: RouteContext<"/api/lamps/[number]">): Promise<Response> => {
      const { number } = await params;
      const lamp = lamps.find((lamp) => `${lamp}` === number);
      if (lamp === undefined) return new Response(null, { status: 404 });
      // Otherwise each of the twenty requests would create a session.
      if (session.sessionKey === null) return new Response(null, { status: 401 });
      await setTimeout(WORK);
      lightLamp(session, lamp);
      return new Response(null, { status: 204 });
    },
    { sameOrigin: true },
  ),
);
