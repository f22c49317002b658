/**
 * Sessions for the `Request` and `Response` of the web platform.
 *
 * @module prisma-db-session/web
 */

export type { ResponseHeaders } from "../cookie/no-store.ts";
export type { WithHeaders } from "../cookie/request-headers.ts";
export { createWebSessions, type WebSessions } from "./web-sessions.ts";
