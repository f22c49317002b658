import { createHash } from "node:crypto";
import type { Session } from "../generated/prisma/client.ts";
import { prisma } from "./prisma.ts";
import { getSession } from "./session.ts";

/**
 * The visitor's own row. The table has only a hash of the key; the key itself is in the browser's
 * cookie.
 */
export async function findSessionRow(): Promise<Session | null> {
  const { sessionKey } = await getSession();
  if (sessionKey === null) return null;
  const key = `sha256.${createHash("sha256").update(sessionKey).digest("hex")}`;
  return prisma.session.findUnique({ where: { key } });
}
