import { setTimeout as wait } from "node:timers/promises";
import type { Database, TestDatabase } from "./types.ts";

/** InnoDB renews its list of transactions only if no query has read the list for 100 ms. */
const PAUSE_MS = 120;

/** How many statements in this database wait for a lock. */
const WAITING: Record<Database["provider"], string | undefined> = {
  postgresql:
    "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  mysql:
    "SELECT count(*) AS n FROM information_schema.innodb_trx JOIN information_schema.processlist ON id = trx_mysql_thread_id WHERE trx_state = 'LOCK WAIT' AND db = DATABASE()",
  sqlite: undefined,
};

/**
 * Whether a statement can wait for a row that another one holds. SQLite has one writer at a time.
 */
export const hasRowLocks = ({ provider }: Pick<Database, "provider">): boolean => WAITING[provider] !== undefined;

interface Asked {
  readonly prisma: Pick<TestDatabase["prisma"], "$queryRawUnsafe">;
}

/** Resolves as soon as a statement in this database waits for a lock. */
export async function somebodyWaits({ prisma }: Asked, { provider }: Pick<Database, "provider">): Promise<void> {
  const waiting = async () => {
    const [row] = await prisma.$queryRawUnsafe<{ n: bigint | string }[]>(String(WAITING[provider]));
    return Number(row?.n);
  };
  while ((await waiting()) === 0) await wait(PAUSE_MS);
}
