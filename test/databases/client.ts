import { existsSync } from "node:fs";
import { adapters } from "./adapters.ts";
import type { Provider, TestClient, TestDatabase } from "./types.ts";

interface Options {
  provider: Provider;
  url: string;
  /** Removes the database itself, when no client of the test is connected any longer. */
  remove: () => Promise<void>;
}

/** The handle on a database that exists and has its table. */
export async function testDatabase({ provider, url, remove }: Options): Promise<TestDatabase> {
  const clients: TestClient[] = [];
  const connect = async () => {
    const client = await connectClient(provider, url);
    clients.push(client);
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

/** A client of a database that exists. */
export async function connectClient(provider: Provider, url: string): Promise<TestClient> {
  const PrismaClient = await generatedClient(provider);
  const client = new PrismaClient({ adapter: adapters[provider](url), log: [{ emit: "event", level: "query" }] });
  await client.$connect();
  return client;
}

type GeneratedClient = typeof import("../../generated/sqlite/client.ts").PrismaClient;

async function generatedClient(provider: Provider): Promise<GeneratedClient> {
  const file = new URL(`../../generated/${provider}/client.ts`, import.meta.url);
  if (!existsSync(file)) {
    throw new Error(`generated/${provider} is missing. Run "node scripts/generate.mjs".`);
  }
  return (await import(/* @vite-ignore */ file.href)).PrismaClient;
}
