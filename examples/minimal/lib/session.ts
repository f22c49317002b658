import { createNextSessions } from "prisma-db-session/next";
import { prisma } from "@/lib/prisma";

export const { getSession, withSession, revoke } = createNextSessions<{ userId: number }, typeof prisma.session>({
  model: prisma.session,
  secret: process.env.SESSION_SECRET,
  // Fills the column user_id at every save.
  columns: ({ userId }) => ({ userId: userId ?? null }),
  // Where to go if another browser signed the user out while an action was running.
  onInterrupted: "/sign-in",
});
