import { readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { migration, statementsIn } from "./sql.ts";

// No Aurora DSQL can be had here. What is known of it: its documentation.
it("The migrations for Aurora DSQL make PostgreSQL's table, by one statement each, with asynchronous indexes", async () => {
  const folder = new URL("../../prisma/aurora-dsql/migrations/", import.meta.url);
  const names = (await readdir(folder)).filter((name) => !name.endsWith(".toml")).sort();
  const migrations = await Promise.all(names.map((name) => statementsIn(new URL(`${name}/migration.sql`, folder))));
  for (const statements of migrations) expect(statements).toHaveLength(1);
  const asOnPostgresql = (await migration("postgresql")).map((sql) =>
    sql.replace("CREATE INDEX", "CREATE INDEX ASYNC"),
  );
  expect(migrations.flat()).toEqual(asOnPostgresql);
});
