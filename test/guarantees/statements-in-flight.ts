import { setTimeout as wait } from "node:timers/promises";
import type { Provider, TestClient } from "../databases/types.ts";

const POLL_MS = 20;

/** The other connections to the database whose statement is still running. */
const RUNNING: Readonly<Record<Provider, string | undefined>> = {
  postgresql: `
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
  mysql: `
    SELECT id FROM information_schema.processlist
    WHERE db = DATABASE() AND id <> CONNECTION_ID() AND command <> 'Sleep'`,
  sqlite: undefined,
};

/**
 * Waits until no statement is running: a server goes on with a statement whose client has not
 * waited for the answer.
 */
export async function statementsAreDone(client: TestClient, provider: Provider): Promise<void> {
  const running = RUNNING[provider];
  while (running && (await client.$queryRawUnsafe<unknown[]>(running)).length > 0) await wait(POLL_MS);
}
