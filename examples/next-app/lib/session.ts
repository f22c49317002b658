import { createNextSessions, type NextSessionsOptions } from "prisma-db-session/next";
import { countMerge } from "./merges.ts";
import { prisma } from "./prisma.ts";

/**
 * Each line of the cart and each lamp is a key of its own: when two requests set different ones at once, both stay. What is set at sign-in
 * also fills columns of the table, see below.
 */
export type ShopSession = {
  userId: number;
  /** Shortened. */
  userAgent: string;
  /** As ISO text, since JSON knows no dates. */
  signedInAt: string;
  /** What somebody typed into a form when the session had ended: given back after the next sign-in, if it is theirs. */
  draft: { userId: number; note: string };
  /** That an action has kept what somebody sent when the session had ended. Until the next sign-in. */
  kept: true;
  /** How often the lamps of the page "Twenty at once" were lit. */
  round: number;
} & { [line: `cart.${string}`]: number } & { [lamp: `lamp.${number}`]: true };

/**
 * `next start` is production, where the session cookie is `__Host-session` and `Secure`, as it should be: leave it so wherever an app is
 * deployed. Over plain http Safari keeps no such cookie, not even on localhost, so `npm run demo` sets this variable, and nothing else does.
 */
const onPlainHttp = process.env.SHOP_ON_PLAIN_HTTP === "1";

const options: NextSessionsOptions<ShopSession, typeof prisma.session> = {
  model: prisma.session,
  secret: process.env.SESSION_SECRET,
  cookie: onPlainHttp ? { secure: false } : {},
  // Where withSession sends whoever was signed out (in another tab, on another device) while a request was at work.
  onInterrupted: "/sign-in?ended=1",
  columns: ({ userId, userAgent, signedInAt }) => ({
    userId: userId ?? null,
    userAgent: userAgent ?? null,
    signedInAt: signedInAt === undefined ? null : new Date(signedInAt),
  }),
  onEvent(event) {
    countMerge(event);
    if (event.type === "suspicious") console.warn(`The data of session ${event.keyHash} did not verify.`);
  },
};

export const { getSession, withSession, list, revoke, check } = createNextSessions(options);

/** For what may happen only once: of two actions that change a session at once, the second one's save throws ConflictError. */
export const { withSession: withStrictSession } = createNextSessions({ ...options, onConflict: "error" });
