import { PrismaPg } from "@prisma/adapter-pg";
import { createNextSessions } from "prisma-db-session/next";
import { PrismaClient } from "../../../../generated/postgresql/client";
import type { KILOBYTE } from "../../../kilobyte";

const adapter = new PrismaPg({ connectionString: `${process.env.DATABASE_URL}` });
const shared = globalThis as { prisma?: PrismaClient };
shared.prisma ??= new PrismaClient({ adapter });

export const { getSession, withSession } = createNextSessions<typeof KILOBYTE>({
  model: shared.prisma.session,
  secret: process.env.SESSION_SECRET,
});
