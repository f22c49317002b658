import { copyPostgres, startEmbeddedPostgres } from "../test/databases/embedded-postgres.ts";
import type { Server } from "../test/databases/server-process.ts";

/**
 * The server that TEST_POSTGRES_URL names, or a new one with PostgreSQL from npm. Not the server of
 * the tests: that one is faster than others, because it may lose acknowledged writes.
 */
export async function benchPostgres(): Promise<Server> {
  const { TEST_POSTGRES_URL } = process.env;
  if (TEST_POSTGRES_URL) return { url: TEST_POSTGRES_URL, stop: async () => {} };
  const { folder, remove } = await copyPostgres();
  // The pools of all candidates of bench:peers together need more than the default of 100.
  const { url, stop } = await startEmbeddedPostgres(folder, ["-c", "max_connections=200"]);
  return { url, stop: () => stop().then(remove) };
}
