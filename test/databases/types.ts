import type { PrismaClient as OwnedClient } from "../../generated/owned-sqlite/client.ts";
import type { PrismaClient } from "../../generated/sqlite/client.ts";

/** Prisma's name of a database, and the folder of its schema, its migrations and its generated client. */
export type Provider = "sqlite" | "postgresql" | "mysql";

/** Prisma generates a client for each provider; in what the package calls they are alike. */
export type TestClient = PrismaClient<"query">;

/** The same for a session table with columns of the user's own: `userId`, `address`, `userAgent` and `createdAt`. */
export type OwnedTestClient = OwnedClient<"query">;

/** What the test databases themselves need of a client. */
export interface AnyTestClient {
  readonly session: { deleteMany(): PromiseLike<unknown> };
  $on(type: "query", listener: (event: { readonly query: string }) => void): unknown;
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
}

/** A database with the session table, empty when it is made. */
export interface TestDatabase<Client = TestClient> {
  readonly prisma: Client;
  /**
   * Every statement that `prisma` sent, in order. Of a transaction Prisma logs the `COMMIT` or `ROLLBACK`, but not
   * the `BEGIN`. Set `length` to 0 to count afresh.
   */
  readonly queries: string[];
  readonly url: string;
  /**
   * An independent client with its own connections, for tests with two actors. `drop` closes it.
   * @param options.logs Whether it can be listened to for its statements, which takes time. Default: true.
   */
  connect(options?: { readonly logs?: boolean }): Promise<Client>;
  drop(): Promise<void>;
}

export interface Database<Client = TestClient> {
  readonly name: "SQLite" | "PostgreSQL" | "MariaDB";
  readonly provider: Provider;
  /** Why this database cannot be had on this machine. */
  readonly skipReason?: string;
  create(): Promise<TestDatabase<Client>>;
}

/** What the global setup tells the tests of a server: where it is, or why there is none. */
type OrReason<Found> = Found | { readonly skipReason: string };

/** The binaries of PostgreSQL from npm, for servers that a test starts for itself. */
export type PostgresBinaries = OrReason<{ readonly folder: string }>;

declare module "vitest" {
  interface ProvidedContext {
    postgresBinaries: PostgresBinaries;
    postgresql: OrReason<{ readonly url: string }>;
    mariadb: OrReason<{ readonly url: string }>;
  }
}
