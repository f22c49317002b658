import type { Database, TestDatabase } from "./types.ts";

/** How many wait for a lock that somebody else holds. */
const WAITING: Record<Database["provider"], string | undefined> = {
  postgresql:
    "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  mysql:
    "SELECT variable_value AS n FROM information_schema.global_status WHERE variable_name = 'innodb_row_lock_current_waits'",
  sqlite: undefined,
};

/** Whether one statement can wait for another one's row there: SQLite has one writer at a time. */
export const hasRowLocks = ({ provider }: Pick<Database, "provider">): boolean => WAITING[provider] !== undefined;

interface Asked {
  readonly prisma: Pick<TestDatabase["prisma"], "$queryRawUnsafe">;
}

/** Until somebody waits for a lock that another one holds. */
export async function somebodyWaits({ prisma }: Asked, { provider }: Pick<Database, "provider">): Promise<void> {
  const waiting = async () => {
    const [row] = await prisma.$queryRawUnsafe<{ n: bigint | string }[]>(String(WAITING[provider]));
    return Number(row?.n);
  };
  while ((await waiting()) === 0);
}
