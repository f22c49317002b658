import { PrismaLibSql } from "@prisma/adapter-libsql";
import { createSessions, type DbSession } from "prisma-db-session";
import { PrismaClient } from "../../generated/sqlite/client.ts";
import { SECRET } from "./shop.ts";
import type { OpenShop } from "./use-shop.ts";

/**
 * Puts a session into the shop's table, as no visitor can.
 *
 * @returns its key
 */
export async function saveSession(
  shop: OpenShop,
  fill: (session: DbSession) => unknown,
  options: { now?: () => Date } = {},
): Promise<string> {
  const client = new PrismaClient({ adapter: new PrismaLibSql({ url: shop.databaseUrl, timeout: 5000 }) });
  try {
    const session = createSessions({ model: client.session, secret: SECRET, ...options }).open();
    await fill(session);
    await session.save();
    return session.sessionKey as string;
  } finally {
    await client.$disconnect();
  }
}
