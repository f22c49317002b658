import type { SessionDelegate } from "prisma-db-session";
import type { PrismaClient as OwnedClient } from "../../generated/owned-sqlite/client.ts";
import type { PrismaClient } from "../../generated/sqlite/client.ts";
import type { OnQuery } from "../prisma-8/client.ts";
import type { OwnStore } from "../stores.ts";

/** Prisma's name of a database, and the folder of its schema, its migrations and its generated client. */
export type Provider = "sqlite" | "postgresql" | "mysql";

/** Prisma generates a client for each provider; in what the package calls they are alike. */
export type TestClient = PrismaClient<"query">;

/** The same for a session table with columns of the user's own: `userId`, `address`, `userAgent` and `createdAt`. */
export type OwnedTestClient = OwnedClient<"query">;

/** What the test databases themselves need of a client. */
export interface AnyTestClient {
  readonly session: SessionDelegate & { deleteMany(): PromiseLike<unknown> };
  $on(type: "query", listener: (event: { readonly query: string; readonly params: string }) => void): unknown;
  $transaction<Result>(
    run: (transaction: { readonly session: SessionDelegate }) => Promise<Result>,
    options?: { readonly timeout?: number },
  ): Promise<Result>;
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
}

/** A database with the session table, empty when it is made. */
export interface TestDatabase<Client = TestClient> {
  /** A client of Prisma 7. Where the store is one of Prisma 8, this is for the test's own statements alone. */
  readonly prisma: Client;
  /** The package's store for this table. */
  store(): OwnStore;
  /** The same with connections of its own, for tests with two actors. `drop` closes them. */
  connectStore(onQuery?: OnQuery): Promise<OwnStore>;
  /** Runs with the store of a transaction. It fails after 20 seconds. */
  inTransaction<Result>(run: (store: OwnStore) => Promise<Result>): Promise<Result>;
  /**
   * Every statement that `store()` sent, in order, and with Prisma 7 those of `prisma`, which is the same client. Of a
   * transaction Prisma 7 logs the `COMMIT` or `ROLLBACK`, but not the `BEGIN`. Set `length` to 0 to count afresh.
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
  readonly name: "SQLite" | "PostgreSQL" | "MariaDB" | "PostgreSQL with Prisma 8" | "SQLite with Prisma 8";
  /** The version of Prisma below the store. */
  readonly prisma: 7 | 8;
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
