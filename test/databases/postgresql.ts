import { inject } from "vitest";
import { createPostgresqlWith } from "./create.ts";
import { sessionTable, type Table } from "./table.ts";
import type { AnyTestClient, Database } from "./types.ts";

const server = inject("postgresql");

export const postgresqlWith = <Client extends AnyTestClient>(table: Table<Client>): Database<Client> => ({
  name: "PostgreSQL",
  provider: "postgresql",
  prisma: 7,
  ...("skipReason" in server && { skipReason: server.skipReason }),
  async create() {
    if ("skipReason" in server) throw new Error(server.skipReason);
    return createPostgresqlWith(table, server.url);
  },
});

export const postgresql = postgresqlWith(sessionTable);
