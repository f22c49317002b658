export { createNextSessions, type NextSessions } from "./next-sessions.ts";
