import { createNextSessions, type NextSessionsOptions } from "prisma-db-session/next";
import { countMerge } from "./merges.ts";
import { prisma } from "./prisma.ts";

/**
 * Each line of the cart and each lamp has its own key, so concurrent requests that set different
 * keys keep both changes.
 */
export type ShopSession = {
  userId: number;
  /** Shortened. */
  userAgent: string;
  /** An ISO text, because JSON has no dates. */
  signedInAt: string;
  /**
   * A text that was sent after the session had ended. After the next sign-in, the shop shows it to
   * the same user.
   */
  draft: { userId: number; note: string };
  /**
   * An action has kept something that was sent after the session had ended. Until the next sign-in.
   */
  kept: true;
  /** The number of times that the lamps of the stress test were lit. */
  round: number;
} & { [line: `cart.${string}`]: number } & { [lamp: `lamp.${number}`]: true };

/**
 * Only `npm run demo` sets this variable, because Safari drops a `Secure` cookie on
 * http://localhost. Leave it out of your own app: in production, the session cookie should be
 * `__Host-session` and `Secure`.
 */
const onPlainHttp = process.env.SHOP_ON_PLAIN_HTTP === "1";

const options: NextSessionsOptions<ShopSession, typeof prisma.session> = {
  model: prisma.session,
  secret: process.env.SESSION_SECRET,
  cookie: onPlainHttp ? { secure: false } : {},
  // Where withSession() redirects to if the user was signed out elsewhere while a request was
  // running.
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

/**
 * For actions that may happen only once. If two of them change a session at once, the second save
 * throws ConflictError.
 */
export const { withSession: withStrictSession } = createNextSessions({ ...options, onConflict: "error" });
