import type { DbSession } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { prisma8Store } from "prisma-db-session/prisma-8";
import { db } from "./prisma";

export interface Data {
  user: number;
  cart: string[];
}
export type Session = DbSession<Data>;

const options = {
  store: prisma8Store(db.orm.public.Session),
  secret: process.env.SESSION_SECRET,
  refreshAfter: 3600,
};

export const { getSession, withSession, open, revoke, check } = createNextSessions<Data>(options);
export const orRedirect = createNextSessions<Data>({ ...options, onInterrupted: "/landing" });
/** A user has one session at most. */
export const limited = createNextSessions<Data>({
  ...options,
  columns: ({ user }) => ({ userId: user ?? null, address: null, userAgent: null }),
  maxPerOwner: { column: "userId", max: 1 },
});
