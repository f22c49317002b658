/**
 * Checks of a request that need neither Node.js nor a database.
 *
 * @module prisma-db-session/edge
 */

export type { WithHeaders } from "../cookie/request-headers.ts";
export { hasSessionCookie, type SessionCookieName } from "./has-session-cookie.ts";
export { isSameOrigin, type SameOriginOptions } from "./is-same-origin.ts";
