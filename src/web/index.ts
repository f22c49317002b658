export type { ResponseHeaders } from "../cookie/no-store.ts";
export type { WithHeaders } from "../cookie/request-headers.ts";
export { createWebSessions, type WebSessions } from "./web-sessions.ts";
