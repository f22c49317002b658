import { inject } from "vitest";
import { createMariadb } from "./create.ts";
import type { Database } from "./types.ts";

const server = inject("mariadb");

export const mariadb: Database = {
  name: "MariaDB",
  provider: "mysql",
  ...("skipReason" in server && { skipReason: server.skipReason }),
  async create() {
    if ("skipReason" in server) throw new Error(server.skipReason);
    return createMariadb(server.url);
  },
};
