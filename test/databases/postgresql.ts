import { inject } from "vitest";
import { createPostgresql } from "./create.ts";
import type { Database } from "./types.ts";

const server = inject("postgresql");

export const postgresql: Database = {
  name: "PostgreSQL",
  provider: "postgresql",
  ...("skipReason" in server && { skipReason: server.skipReason }),
  async create() {
    if ("skipReason" in server) throw new Error(server.skipReason);
    return createPostgresql(server.url);
  },
};
