import { prismaStore, type SessionStore } from "prisma-db-session";
import { expect, inject, it, onTestFinished } from "vitest";
import { createPostgresqlWith } from "../databases/create.ts";
import { statementsOf } from "../databases/sql.ts";
import { sessionTable } from "../databases/table.ts";
import type { TestClient } from "../databases/types.ts";
import { codeBlocksOf } from "../docs/code-blocks.ts";
import { proveUnderLoad } from "../guarantees/prove-under-load.ts";
import { report, scale } from "../guarantees/scale.ts";
import { skippedBecause } from "../skipped.ts";
import { TWO_WEEKS } from "../support.ts";

const MIN_VERIFIED = scale({ test: 100, prove: 5000 });
const MIN_MOVES = scale({ test: 1, prove: 100 });
/** So narrow that many saves take a row from one to the next. */
const PARTITION_MS = 500;
const PARTITIONS = scale({ test: 10, prove: 100 });
/** A concurrent statement has moved the row to another partition. */
const ROLLED_BACK = "P2034/40001";

const server = inject("postgresql");
const skipReason = "skipReason" in server ? server.skipReason : undefined;

it.skipIf(skipReason)(
  `In a table with a partition for each time of expiry nothing is lost, repeated or brought back${skippedBecause(skipReason)}`,
  async () => {
    const [create = "", past = "", ...drop] = await statementsInDocs();
    const from = Date.now() + TWO_WEEKS * 1000;
    const bounds = Array.from({ length: PARTITIONS }, (_, i) => new Date(from + i * PARTITION_MS).toISOString());
    const range = (name: string, from: string, to: string) =>
      `CREATE TABLE "${name}" PARTITION OF "session" FOR VALUES FROM (${from}) TO (${to})`;
    const partitions = bounds.map((bound, i) =>
      range(`session_${i}`, `'${bound}'`, bounds[i + 1] ? `'${bounds[i + 1]}'` : "MAXVALUE"),
    );
    const db = await createPostgresqlWith(
      { ...sessionTable, statements: async () => [create, past, ...partitions] },
      "url" in server ? server.url : "",
    );
    onTestFinished(db.drop);
    const { prisma } = db;
    const client = await db.connect({ logs: false });
    const watched = watchMoves(prismaStore(client.session), prisma);
    const { ledger, thrown } = await proveUnderLoad({
      title: `PostgreSQL, ${PARTITIONS} partitions of ${PARTITION_MS} ms`,
      provider: "postgresql",
      minVerified: MIN_VERIFIED,
      clients: [{ store: watched.store, close: async () => {} }],
      async faults(ledger) {
        while (watched.moves() < MIN_MOVES) await ledger.acknowledges(1);
      },
      afterwards: async () => prisma,
    });
    report(`${watched.moves()} times a row was in another partition after a save`);
    // So the package has retried all that was rolled back.
    expect(ledger.operations.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(thrown[ROLLED_BACK] ?? 0).toBeGreaterThanOrEqual(scale({ test: 0, prove: 1 }));

    const left = await prisma.session.count();
    await prisma.session.create({ data: { key: "expired", data: "", expireDate: new Date("2026-01-06") } });
    for (const statement of drop) await prisma.$executeRawUnsafe(statement);
    expect(await prisma.session.count(), "the expired row went with its partition").toBe(left);
  },
);

/**
 * A store that asks after each save which partition the row is in, and how often that is another
 * one than before.
 */
function watchMoves(store: SessionStore, prisma: TestClient): { store: SessionStore; moves(): number } {
  const partitions = new Map<string, number>();
  let moves = 0;
  const note = async (key: string, before = partitions.get(key)) => {
    const [row] = await prisma.$queryRaw<{ oid: number }[]>`
      SELECT tableoid::int AS oid FROM session WHERE key = ${key}`;
    if (!row) return;
    partitions.set(key, row.oid);
    if (before !== undefined && row.oid !== before) moves += 1;
  };
  return {
    moves: () => moves,
    store: {
      ...store,
      async insert(row) {
        const isInserted = await store.insert(row);
        await note(row.key);
        return isInserted;
      },
      async update(key, guard, changes) {
        const outcome = await store.update(key, guard, changes);
        if (outcome === "updated") await note(changes.key ?? key, partitions.get(key));
        return outcome;
      },
    },
  };
}

/** The table, one of its partitions, and how that is dropped. */
async function statementsInDocs(): Promise<string[]> {
  const blocks = (await codeBlocksOf("docs/scaling.md")).filter(({ language }) => language === "sql");
  return blocks.flatMap(({ code }) => statementsOf(code));
}
