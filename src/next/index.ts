/**
 * Sessions for the App Router of Next.js: `createNextSessions()`.
 *
 * @module prisma-db-session/next
 */

export { createNextSessions, type GetSession, type NextSessions, type NextSessionsOptions } from "./next-sessions.ts";
export type { ProxyRequest, ProxyResponse } from "./proxy-cookies.ts";
export type { WithSessionOptions } from "./with-session.ts";
