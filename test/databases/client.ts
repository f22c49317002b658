import { existsSync } from "node:fs";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { Provider, TestClient, TestDatabase } from "./types.ts";

interface Options {
  provider: Provider;
  url: string;
  adapter: (url: string) => SqlDriverAdapterFactory;
  /** Removes the database itself, when no client of the test is connected any longer. */
  remove: () => Promise<void>;
}

/** The handle on a database that exists and has its table. */
export async function testDatabase({ provider, url, adapter, remove }: Options): Promise<TestDatabase> {
  const PrismaClient = await generatedClient(provider);
  const clients: TestClient[] = [];
  const connect = async () => {
    const client = new PrismaClient({ adapter: adapter(url), log: [{ emit: "event", level: "query" }] });
    clients.push(client);
    await client.$connect();
    return client;
  };

  const prisma = await connect();
  const queries: string[] = [];
  prisma.$on("query", ({ query }) => queries.push(query));

  const drop = async () => {
    await Promise.all(clients.map((client) => client.$disconnect()));
    await remove();
  };
  return { prisma, queries, url, connect, drop };
}

type GeneratedClient = typeof import("../../generated/sqlite/client.ts").PrismaClient;

async function generatedClient(provider: Provider): Promise<GeneratedClient> {
  const file = new URL(`../../generated/${provider}/client.ts`, import.meta.url);
  if (!existsSync(file)) {
    throw new Error(`generated/${provider} is missing. Run "node scripts/generate.mjs".`);
  }
  return (await import(/* @vite-ignore */ file.href)).PrismaClient;
}
