import { createSqlite } from "./create.ts";
import type { Database } from "./types.ts";

export const sqlite: Database = { name: "SQLite", provider: "sqlite", create: createSqlite };
