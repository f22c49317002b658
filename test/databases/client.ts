import { prismaStore } from "prisma-db-session";
import { connectPrisma8, type Prisma8Provider } from "../prisma-8/client.ts";
import type { OwnStore } from "../stores.ts";
import { adapters } from "./adapters.ts";
import { sessionTable, type Table } from "./table.ts";
import type { AnyTestClient, Database, Provider, TestClient, TestDatabase } from "./types.ts";

/** Of a transaction with some hundred statements beside it, also where the machine is busy. */
const TIME_LIMIT = { timeout: 20_000 };

interface Options<Client extends AnyTestClient> {
  provider: Provider;
  url: string;
  table: Table<Client>;
  /** Removes the database itself, when no client of the test is connected any longer. */
  remove: () => Promise<void>;
}

/** The handle on a database that exists and has its table. */
export async function testDatabase<Client extends AnyTestClient>({
  provider,
  url,
  table,
  remove,
}: Options<Client>): Promise<TestDatabase<Client>> {
  const clients: Client[] = [];
  const connect = async ({ logs = true } = {}) => {
    const client = await connected(table, provider, url, logs);
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
  return {
    prisma,
    queries,
    url,
    connect,
    drop,
    store: () => prismaStore(prisma.session),
    async connectStore(onQuery) {
      const client = await connect();
      if (onQuery) client.$on("query", ({ query, params }) => onQuery(query, params));
      return prismaStore(client.session);
    },
    inTransaction: (run) => prisma.$transaction(({ session }) => run(prismaStore(session)), TIME_LIMIT),
  };
}

interface StoreOptions {
  readonly prisma: Database["prisma"];
  readonly provider: Provider;
  readonly url: string;
  readonly onQuery: () => void;
}

/** A store for a database that exists, for the processes that tests start. */
export async function connectStore({ prisma, provider, url, onQuery }: StoreOptions): Promise<OwnStore> {
  if (prisma === 8) return (await connectPrisma8({ provider: provider as Prisma8Provider, url, onQuery })).store;
  const client = await connectClient(provider, url);
  client.$on("query", onQuery);
  return prismaStore(client.session);
}

/** A client of a database that exists. */
export const connectClient = (provider: Provider, url: string): Promise<TestClient> =>
  connected(sessionTable, provider, url, true);

async function connected<Client extends AnyTestClient>(
  table: Table<Client>,
  provider: Provider,
  url: string,
  logs: boolean,
): Promise<Client> {
  const PrismaClient = await table.client(provider);
  const log = logs ? [{ emit: "event", level: "query" } as const] : [];
  const client = new PrismaClient({ adapter: adapters[provider](url), log });
  await client.$connect();
  return client;
}
