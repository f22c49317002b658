import type { DbSession } from "prisma-db-session";
import type { ShopSession } from "./session.ts";

type Session = DbSession<ShopSession>;

/** The numbers of the lamps. */
export const lamps: readonly number[] = Array.from({ length: 20 }, (_, index) => index + 1);

export const lampsLit = (session: Session): number[] => lamps.filter((lamp) => session.has(`lamp.${lamp}`));

export const lightLamp = (session: Session, lamp: number): void => session.set(`lamp.${lamp}`, true);

/**
 * Puts all lamps out, and makes sure that there is a session. Otherwise each of the twenty requests
 * would create one.
 */
export function beginRound(session: Session): void {
  for (const lamp of lamps) session.delete(`lamp.${lamp}`);
  session.set("round", session.get("round", 0) + 1);
}
