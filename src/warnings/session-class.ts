import { isDevelopment } from "../cookie/environment.ts";
import { DbSession } from "../session/db-session.ts";
import { WatchedSession } from "./watched-session.ts";

/** The class of the sessions of one `createSessions()`. Production has nothing of the warnings. */
export const sessionClass = (): typeof DbSession => (isDevelopment() ? WatchedSession : DbSession);

/** At the end of a request: prints the warnings that are due in development. */
export function warnAtEnd<Data extends object>(session: DbSession<Data>): void {
  if (session instanceof WatchedSession) session.warn();
}
