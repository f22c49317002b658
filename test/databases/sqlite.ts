import { createSqliteWith } from "./create.ts";
import { sessionTable, type Table } from "./table.ts";
import type { AnyTestClient, Database } from "./types.ts";

export const sqliteWith = <Client extends AnyTestClient>(table: Table<Client>): Database<Client> => ({
  name: "SQLite",
  provider: "sqlite",
  prisma: 7,
  create: () => createSqliteWith(table),
});

export const sqlite = sqliteWith(sessionTable);
