import { createNextSessions } from "prisma-db-session/next";
import { prisma } from "./prisma.ts";

/**
 * Each line of the cart is a key of its own: when two tabs put different products into the cart at once, both stay in it.
 */
export type ShopSession = { userId: number } & { [line: `cart.${string}`]: number };

/**
 * `next start` is production, where the session cookie is `__Host-session` and `Secure`, as it should be: leave it so wherever an app is
 * deployed. Over plain http Safari keeps no such cookie, not even on localhost, so `npm run demo` sets this variable, and nothing else does.
 */
const onPlainHttp = process.env.SHOP_ON_PLAIN_HTTP === "1";

export const { getSession } = createNextSessions<ShopSession>({
  model: prisma.session,
  secret: process.env.SESSION_SECRET,
  cookie: onPlainHttp ? { secure: false } : {},
});

/** Whether a write failed because the session was ended since this request read it: signed out in another tab, say. */
export const isSessionEnded = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "SESSION_UPDATE";
