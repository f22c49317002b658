import { readdir, readFile } from "node:fs/promises";
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

it("The model for Aurora DSQL is PostgreSQL's", async () => {
  const [dsql, postgresql] = await Promise.all(["aurora-dsql", "postgresql"].map(modelOf));
  expect(dsql).toContain("model Session {");
  expect(dsql).toEqual(postgresql);
});

/** The lines of a schema's model, without its comments. */
async function modelOf(name: string): Promise<string[]> {
  const schema = await readFile(new URL(`../../prisma/${name}/schema.prisma`, import.meta.url), "utf8");
  const lines = schema.slice(schema.indexOf("model Session")).split("\n");
  return lines.filter((line) => !/^\s*(\/\/|$)/.test(line));
}
