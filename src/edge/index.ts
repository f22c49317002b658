export type { WithHeaders } from "../cookie/request-headers.ts";
export { hasSessionCookie, type SessionCookieName } from "./has-session-cookie.ts";
export { isSameOrigin, type SameOriginOptions } from "./is-same-origin.ts";
