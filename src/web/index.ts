export type { ResponseHeaders } from "../keep-out-of-caches.ts";
export type { WithHeaders } from "../request-headers.ts";
export { createWebSessions, type WebSessions } from "./web-sessions.ts";
