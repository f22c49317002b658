import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "../generated/prisma/client.ts";
import { databaseUrl } from "./database-url.ts";

// In production too: Next bundles pages and route handlers apart, so that one process evaluates this module several times.
const shared = globalThis as { prisma?: PrismaClient };

// Without a busy timeout libsql loses writes that it has acknowledged, as soon as two connections meet. See also instrumentation.ts.
shared.prisma ??= new PrismaClient({ adapter: new PrismaLibSql({ url: databaseUrl(), timeout: 5000 }) });

export const { prisma } = shared;
