import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "@/generated/prisma/client";

// Next.js evaluates this module several times in one process. All of them share one client.
const shared = globalThis as { prisma?: PrismaClient };

// Without a timeout, libsql loses writes when two connections write at the same time.
shared.prisma ??= new PrismaClient({ adapter: new PrismaLibSql({ url: "file:./dev.db", timeout: 5000 }) });

export const { prisma } = shared;
