import { prismaStore } from "prisma-db-session";
import { expect, inject, it, onTestFinished } from "vitest";
import { createPostgresqlWith } from "../databases/create.ts";
import { statementsOf } from "../databases/sql.ts";
import { sessionTable } from "../databases/table.ts";
import { codeBlocksOf } from "../docs/code-blocks.ts";
import { proveUnderLoad } from "../guarantees/prove-under-load.ts";
import { report, scale } from "../guarantees/scale.ts";
import { skippedBecause } from "../skipped.ts";
import { TWO_WEEKS } from "../support.ts";

const MIN_WRITES = scale({ test: 100, prove: 5100 });
/** So narrow that many saves take a row from one to the next. */
const PARTITION_MS = 500;
const PARTITIONS = scale({ test: 10, prove: 60 });

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
    await proveUnderLoad({
      title: `PostgreSQL, ${PARTITIONS} partitions of ${PARTITION_MS} ms`,
      provider: "postgresql",
      clients: [{ store: prismaStore(client.session), close: async () => {} }],
      faults: (ledger) => ledger.acknowledgesWrites(MIN_WRITES),
      afterwards: async () => prisma,
    });
    const used = await prisma.$queryRaw<unknown[]>`SELECT DISTINCT tableoid FROM session`;
    report(`rows in ${used.length} partitions`);
    expect(used.length, "or no save took a row to another partition").toBeGreaterThan(1);

    const left = await prisma.session.count();
    await prisma.session.create({ data: { key: "expired", data: "", expireDate: new Date("2026-01-06") } });
    for (const statement of drop) await prisma.$executeRawUnsafe(statement);
    expect(await prisma.session.count(), "the expired row went with its partition").toBe(left);
  },
);

/** The table, one of its partitions, and how that is dropped. */
async function statementsInDocs(): Promise<string[]> {
  const blocks = (await codeBlocksOf("docs/scaling.md")).filter(({ language }) => language === "sql");
  return blocks.flatMap(({ code }) => statementsOf(code));
}
