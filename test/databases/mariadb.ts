import { inject } from "vitest";
import { createMariadbWith } from "./create.ts";
import { sessionTable, type Table } from "./table.ts";
import type { AnyTestClient, Database } from "./types.ts";

const server = inject("mariadb");

export const mariadbWith = <Client extends AnyTestClient>(table: Table<Client>): Database<Client> => ({
  name: "MariaDB",
  provider: "mysql",
  prisma: 7,
  ...("skipReason" in server && { skipReason: server.skipReason }),
  async create() {
    if ("skipReason" in server) throw new Error(server.skipReason);
    return createMariadbWith(table, server.url);
  },
});

export const mariadb = mariadbWith(sessionTable);
