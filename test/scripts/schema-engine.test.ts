import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { skippedBecause } from "../skipped.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Result {
  code: number;
  output: string;
}

/** Runs the real Prisma CLI as `npm run prisma` does. */
function prisma(cwd: string, ...args: string[]): Promise<Result> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    // `migrate dev` wants a terminal, and no variable that says CI: hence this short list.
    NODE_OPTIONS: "--import data:text/javascript,process.stdin.isTTY=true",
  };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [`${root}scripts/prisma.mjs`, ...args],
      { cwd, env },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

/** A folder like a user's project: our schema and migrations for a database, and a config file. */
async function project(provider: "sqlite" | "postgresql", url: string) {
  const folder = await mkdtemp(join(tmpdir(), "schema-engine-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(`${root}prisma/${provider}/schema.prisma`, `${folder}/schema.prisma`);
  await cp(`${root}prisma/${provider}/migrations`, `${folder}/migrations`, { recursive: true });
  const config = { schema: "schema.prisma", migrations: { path: "migrations" }, datasource: { url } };
  await writeFile(`${folder}/prisma.config.ts`, `export default ${JSON.stringify(config)};\n`);
  return folder;
}

/** What a project's database goes through in its life. */
async function expectMigrationsToWork(folder: string) {
  expect(await prisma(folder, "migrate", "status")).toMatchObject({
    code: 1,
    output: expect.stringContaining("P1003"),
  });
  const deployed = await prisma(folder, "migrate", "deploy");
  expect(deployed).toMatchObject({ code: 0, output: expect.stringContaining("All migrations have been successfully") });
  const status = await prisma(folder, "migrate", "status");
  expect(status).toMatchObject({ code: 0, output: expect.stringContaining("Database schema is up to date") });

  // Nothing is missing from the migrations, nor from what they made: the shadow database has all of it, the index too.
  const toSchema = ["--to-schema", "schema.prisma", "--exit-code"];
  expect(await prisma(folder, "migrate", "diff", "--from-migrations", "migrations", ...toSchema)).toMatchObject({
    code: 0,
  });
  expect(await prisma(folder, "migrate", "diff", "--from-config-datasource", ...toSchema)).toMatchObject({ code: 0 });

  const schema = await readFile(`${folder}/schema.prisma`, "utf8");
  await writeFile(`${folder}/schema.prisma`, schema.replace("@@map", "userId Int?\n  @@index([userId])\n  @@map"));
  expect(await prisma(folder, "migrate", "dev", "--name", "user")).toMatchObject({ code: 0 });
  const migrations = (await readdir(`${folder}/migrations`)).filter((name) => name !== "migration_lock.toml");
  expect(migrations).toEqual(["20260101000000_session", expect.stringMatching(/^\d{14}_user$/)]);
  const sql = await readFile(`${folder}/migrations/${migrations[1]}/migration.sql`, "utf8");
  expect(sql).toMatch(/ADD COLUMN +"userId" INTEGER/);

  expect(await prisma(folder, "migrate", "reset", "--force")).toMatchObject({ code: 0 });
  await writeFile(`${folder}/schema.prisma`, schema);
  const pushed = await prisma(folder, "db", "push", "--accept-data-loss");
  expect(pushed).toMatchObject({ code: 0, output: expect.stringContaining("now in sync") });
  expect(await prisma(folder, "migrate", "diff", "--from-config-datasource", ...toSchema)).toMatchObject({ code: 0 });
}

describe("the stand-in schema engine", () => {
  it("migrates SQLite, in a file beside the config", async () => {
    const folder = await project("sqlite", "file:./session.db");
    await expectMigrationsToWork(folder);
    expect(await readdir(folder)).toContain("session.db");
  }, 60_000);

  const postgresql = inject("postgresql");
  const skipReason = "skipReason" in postgresql ? postgresql.skipReason : undefined;
  it.skipIf(skipReason)(
    `migrates PostgreSQL${skippedBecause(skipReason)}`,
    async () => {
      if ("skipReason" in postgresql) return;
      const server = new pg.Client(postgresql.url);
      await server.connect();
      onTestFinished(() => server.end());
      const url = new URL(postgresql.url);
      const name = `schema_engine_${randomUUID()}`;
      url.pathname = name;

      try {
        await expectMigrationsToWork(await project("postgresql", url.href));
        const shadows = await server.query("SELECT datname FROM pg_database WHERE datname LIKE '%shadow%'");
        expect(shadows.rows).toEqual([]);
      } finally {
        await server.query(`DROP DATABASE IF EXISTS "${name}"`);
      }
    },
    60_000,
  );

  it.each(["sqlite", "postgresql", "cockroachdb"])(
    "finds the migration for %s to be what its schema says",
    async (name) => {
      const diff = await prisma(
        `${root}prisma/${name}`,
        "migrate",
        "diff",
        "--from-empty",
        "--to-schema",
        "schema.prisma",
        "--script",
      );
      const migration = await readFile(`${root}prisma/${name}/migrations/20260101000000_session/migration.sql`, "utf8");
      expect(diff.output).toContain(migration);
    },
  );

  it("says what to do where there is no server", async () => {
    const folder = await project("postgresql", "postgresql://user:password@127.0.0.1:1/app");
    const { code, output } = await prisma(folder, "migrate", "deploy");
    expect(code).toBe(1);
    expect(output).toContain("P1001: Can't reach database server at `127.0.0.1:1`");
    expect(output).toContain("Start the server, or correct the URL");
    expect(output).not.toMatch(/password|^\s+at /m);
  });

  it("says that MySQL needs the native engine", async () => {
    const status = await prisma(await project("sqlite", "mysql://user:password@127.0.0.1:1/app"), "migrate", "status");
    expect(status).toMatchObject({ code: 1, output: expect.stringContaining("MySQL needs Prisma's native engine: ") });
    const diff = await prisma(`${root}prisma/mysql`, "migrate", "diff", "--from-empty", "--to-schema", "schema.prisma");
    expect(diff).toMatchObject({ code: 1, output: expect.stringContaining("MySQL needs Prisma's native engine: ") });
    expect(status.output + diff.output).not.toMatch(/password|^\s+at /m);
  });
});
