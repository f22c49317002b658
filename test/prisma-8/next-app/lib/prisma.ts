// In the place of Prisma 7's client, in the app that test/prisma-8/next.test.ts builds: paths count from there.
import postgres from "@prisma/orm-postgres/runtime";
import type { Contract } from "../../../../../test/prisma-8/postgresql/generated/owned/contract";
import contractJson from "../../../../../test/prisma-8/postgresql/generated/owned/contract.json" with { type: "json" };
import { observed } from "./observed";

export const edition = 0;

const note = async ({ sql }: { readonly sql: string }) => {
  observed.statements.push(sql);
};

function createClient() {
  observed.clients++;
  return postgres<Contract>({
    contractJson,
    url: process.env.DATABASE_URL,
    middleware: [{ name: "note", familyId: "sql", beforeQuery: note, beforeExecute: note }],
  });
}

const shared = globalThis as { prisma?: ReturnType<typeof createClient> };
shared.prisma ??= createClient();

export const db = shared.prisma;
