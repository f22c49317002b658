import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { prismaStore, type SessionStore } from "prisma-db-session";
import type { Database, Provider, TestClient } from "../databases/types.ts";
import { connectPrisma8 } from "../prisma-8/client.ts";

type Constructor = new (options: { adapter: SqlDriverAdapterFactory }) => TestClient;
export type ServerProvider = Exclude<Provider, "sqlite">;

type PrismaMariaDbOptions = Exclude<ConstructorParameters<typeof PrismaMariaDb>[0], string>;
type PrismaPgOptions = ConstructorParameters<typeof PrismaPg>[1];

const CONNECTIONS = 16;
const CONNECT_MS = 2000;
const ANSWER_MS = 1000;

/** A client that waits for nothing for ever, as an application's should be where connections may go dead. */
export async function impatientClient(provider: ServerProvider, url: string): Promise<TestClient> {
  return clientWith(provider, impatientAdapters[provider](url));
}

/** A client with an adapter of the test's own. */
export async function clientWith(provider: ServerProvider, adapter: SqlDriverAdapterFactory): Promise<TestClient> {
  const PrismaClient = await clients[provider]();
  return new PrismaClient({ adapter });
}

/** The store of such a client, and what closes the client. */
export async function impatientStore(
  { prisma, provider }: Pick<Database, "prisma" | "provider">,
  url: string,
): Promise<{ store: SessionStore; close(): Promise<void> }> {
  if (prisma === 8) {
    const pool = { max: CONNECTIONS, connectionTimeoutMillis: CONNECT_MS, query_timeout: ANSWER_MS };
    return connectPrisma8({ provider: "postgresql", url, pool });
  }
  const client = await impatientClient(provider as ServerProvider, url);
  return { store: prismaStore(client.session), close: () => client.$disconnect() };
}

/** Prisma generates a client for each provider; in what the package calls they are alike. */
const clients = {
  postgresql: async () => (await import("../../generated/postgresql/client.ts")).PrismaClient,
  mysql: async () => (await import("../../generated/mysql/client.ts")).PrismaClient,
} as unknown as Record<ServerProvider, () => Promise<Constructor>>;

export const impatientAdapters = {
  postgresql: (url: string, options: PrismaPgOptions = {}) =>
    new PrismaPg(
      {
        connectionString: url,
        max: CONNECTIONS,
        connectionTimeoutMillis: CONNECT_MS,
        query_timeout: ANSWER_MS,
      },
      options,
    ),
  mysql(url: string, options: Partial<PrismaMariaDbOptions> = {}) {
    const { hostname, port, username, password, pathname } = new URL(url);
    return new PrismaMariaDb({
      host: hostname,
      port: Number(port),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: pathname.slice(1),
      connectionLimit: CONNECTIONS,
      connectTimeout: CONNECT_MS,
      acquireTimeout: CONNECT_MS,
      socketTimeout: ANSWER_MS,
      // Without it the driver sends "SET NAMES" after signing in, and a connection that is lost in that moment is a rejection that
      // nobody can handle: https://github.com/mariadb-corporation/mariadb-connector-nodejs/issues/323 and 333.
      collation: "UTF8MB4_UNICODE_CI",
      ...options,
    });
  },
};
