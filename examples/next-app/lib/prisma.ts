import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "../generated/prisma/client.ts";
import { databaseUrl } from "./database-url.ts";

// In production too: Next.js bundles pages and route handlers separately, so one process evaluates
// this module several times.
const shared = globalThis as { prisma?: PrismaClient };

// Without a timeout, libsql loses acknowledged writes when two connections write at the same time.
// See also instrumentation.ts.
shared.prisma ??= new PrismaClient({ adapter: new PrismaLibSql({ url: databaseUrl(), timeout: 5000 }) });

export const { prisma } = shared;
