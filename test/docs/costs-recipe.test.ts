import { describe, expect, it, onTestFinished } from "vitest";
import { postgresql } from "../databases/postgresql.ts";
import { statementsOf } from "../databases/sql.ts";
import { skippedBecause } from "../skipped.ts";
import { codeBlocksOf } from "./code-blocks.ts";

describe.skipIf(postgresql.skipReason)(`docs/costs.md${skippedBecause(postgresql.skipReason)}`, () => {
  it("removes the statistics of data, and does not write the table again", async () => {
    const { prisma, drop } = await postgresql.create();
    onTestFinished(drop);
    const data = Array.from({ length: 100 }, (_, i) => ({ key: `${i}`, data: `v1.${i}`, expireDate: new Date() }));
    await prisma.session.createMany({ data });
    const run = (sql: string) => prisma.$executeRawUnsafe(sql);
    const statistics = () => prisma.$queryRaw`SELECT FROM pg_stats WHERE tablename = 'session' AND attname = 'data'`;
    const file = () => prisma.$queryRaw`SELECT pg_relation_filenode('session')::text AS file`;
    await run("ALTER TABLE session ALTER COLUMN data SET STATISTICS -1");
    await run("ANALYZE session");
    expect(await statistics()).toHaveLength(1);
    const before = await file();

    const [block] = (await codeBlocksOf("docs/costs.md")).filter(({ language }) => language === "sql");
    for (const sql of statementsOf(block?.code ?? "")) await run(sql);
    await run("ANALYZE session");
    expect(await statistics()).toHaveLength(0);
    expect(await file()).toEqual(before);
  });

  it("is not needed after the migration of this package", async () => {
    const { prisma, drop } = await postgresql.create();
    onTestFinished(drop);
    await prisma.session.create({ data: { key: "a", data: "v1.", expireDate: new Date() } });
    await prisma.$executeRawUnsafe("ANALYZE session");
    const found = await prisma.$queryRaw`SELECT attname::text FROM pg_stats WHERE tablename = 'session' ORDER BY 1`;
    expect(found).toEqual([{ attname: "expire_date" }, { attname: "key" }]);
  });
});
