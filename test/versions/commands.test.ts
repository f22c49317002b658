// The commands with the client of an older Prisma, in a TypeScript file of an app.
import { symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { shortKeyHash } from "../../src/key/session-key.ts";
import { folder, root, runIn } from "../cli/support.ts";
import { mariadb } from "../databases/mariadb.ts";
import { postgresql } from "../databases/postgresql.ts";
import { sqlite } from "../databases/sqlite.ts";
import { skippedBecause } from "../skipped.ts";
import { notInstalled } from "./installed.ts";
import { prismaVersions } from "./prisma.ts";

const ADAPTERS = {
  postgresql: { name: "@prisma/adapter-pg", make: "new adapter.PrismaPg({ connectionString: url })" },
  mysql: { name: "@prisma/adapter-mariadb", make: "new adapter.PrismaMariaDb(url)" },
  // Prisma 7 changed the name.
  sqlite: {
    name: "@prisma/adapter-libsql",
    make: 'new (adapter[["PrismaLibSql", "PrismaLibSQL"].find((name) => name in adapter)])({ url, timeout: 5000 })',
  },
};

const COMMANDS: string[][] = [["list"], ["stats"], ["revoke", "--all", "--yes"], ["clear-expired"]];
const PASSWORD = "s3cret-password";
const PARAGRAPH = /^prisma-db-session: [^\n]+\.\n$/;

for (const version of prismaVersions)
  for (const { name, provider, skipReason = notInstalled, create } of [sqlite, postgresql, mariadb])
    describe.skipIf(skipReason)(`Prisma ${version.version} on ${name}${skippedBecause(skipReason)}`, () => {
      /** An app with three sessions, whose lib/prisma.ts connects to their database or to another URL. */
      async function app(url?: (own: string) => string) {
        const database = await create();
        onTestFinished(database.drop);
        const { name, make } = ADAPTERS[provider];
        const here = fileURLToPath(new URL(`${version.folder}/`, import.meta.url));
        const adapter = createRequire(`${here}package.json`).resolve(name);
        const path = await folder({
          "lib/prisma.ts": `
            import * as adapter from ${JSON.stringify(adapter)};
            import { PrismaClient } from ${JSON.stringify(`${here}generated/${provider}/client`)};
            const url: string = ${JSON.stringify(url?.(database.url) ?? database.url)};
            export const prisma = new PrismaClient({ adapter: ${make} });`,
        });
        await symlink(join(root, "node_modules"), join(path, "node_modules"), "junction"); // of it, jiti alone
        const hour = 3_600_000;
        const rows = { one: hour, two: 2 * hour, gone: -hour };
        await database.prisma.session.createMany({
          data: Object.entries(rows).map(([key, left]) => ({
            key,
            data: "{}",
            expireDate: new Date(Date.now() + left),
          })),
        });
        const command = (...args: string[]) =>
          runIn(path, [args[0] ?? "", "--client", "lib/prisma.ts", ...args.slice(1)]);
        const keys = async () =>
          (await database.prisma.session.findMany({ orderBy: { key: "asc" } })).map(({ key }) => key);
        return { command, keys, prisma: database.prisma };
      }

      it("list, stats and revoke work", async () => {
        const { command, keys } = await app();
        const { stdout } = await command("list", "--json");
        expect(JSON.parse(stdout)).toMatchObject({
          sessions: [{ keyHash: shortKeyHash("two") }, { keyHash: shortKeyHash("one") }],
          total: 2,
        });
        expect(JSON.parse((await command("stats", "--json")).stdout)).toMatchObject({ live: 2, expired: 1 });
        const soon = new Date(Date.now() + 5_400_000).toISOString();
        const where = JSON.stringify({ expireDate: { lt: soon } });
        expect(await command("revoke", "--where", where, "--yes")).toMatchObject({
          exitCode: 0,
          stdout: "2 rows deleted.\n",
        });
        expect(await keys()).toEqual(["two"]);
        expect((await command("revoke", "--where", '{"key":"two"}', "--yes")).exitCode).toBe(2);
        expect((await command("revoke", "--key-hash", shortKeyHash("two"), "--yes")).exitCode).toBe(0);
        expect(await keys()).toEqual([]);
      });

      it("clear-expired and doctor work", async () => {
        const { command, keys } = await app();
        expect(await command("clear-expired")).toMatchObject({ exitCode: 0, stdout: "1 expired row deleted.\n" });
        expect(await keys()).toEqual(["one", "two"]);
        const { stdout } = await command("doctor", "--json");
        const checks: { id: string; status: string }[] = JSON.parse(stdout).checks;
        const failed = checks.filter(({ status }) => status === "failed").map(({ id }) => id);
        // The libsql of these versions ignores the option `timeout`.
        expect(failed).toEqual(provider === "sqlite" ? ["busy-timeout"] : []);
        expect(await keys()).toEqual(["one", "two"]);
      });

      it.each(COMMANDS)("a server that is away is named, once, without the password: %s", async (...args) => {
        const { command } = await app((own) => {
          if (provider === "sqlite") return "file:/missing/folder/app.db";
          const away = Object.assign(new URL(own), { hostname: "127.0.0.1", port: "1", password: PASSWORD });
          return `${away}${provider === "mysql" ? "?acquireTimeout=500" : ""}`;
        });
        const { exitCode, stdout, stderr } = await command(...args);
        expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
        expect(stderr).toMatch(PARAGRAPH);
        expect(stderr).toContain(
          provider === "sqlite" ? "Failed to connect to database: `/missing/" : "The database cannot be reached",
        );
        expect(stderr).not.toContain(PASSWORD);
      });

      it.each(COMMANDS)("a missing table is named, with the command to run: %s", async (...args) => {
        const { command, prisma, keys } = await app();
        await prisma.$executeRawUnsafe("ALTER TABLE session RENAME TO session_away");
        const { exitCode, stdout, stderr } = await command(...args);
        expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
        expect(stderr).toMatch(/^(Database: [^\n]+\n)?prisma-db-session: [^\n]+\.\n$/);
        expect(stderr).toContain("npx prisma migrate deploy");
        await prisma.$executeRawUnsafe("ALTER TABLE session_away RENAME TO session");
        expect(await keys()).toEqual(["gone", "one", "two"]);
      });

      it("a condition that matches everybody deletes nothing without --all", async () => {
        const { command, keys } = await app();
        const { exitCode, stderr } = await command("revoke", "--where", "{}", "--yes");
        expect(exitCode).toBe(2);
        expect(stderr).toContain("--all");
        expect(await keys()).toEqual(["gone", "one", "two"]);
      });

      it("a condition that Prisma refuses deletes nothing", async () => {
        const { command, keys } = await app();
        for (const [where, what] of [
          ['{"userId":7}', "Prisma refused --where. Unknown argument `userId`."],
          ['{"expireDate":{"lt":"2026-01-31"}}', "Write a date as in 2026-01-31T00:00:00Z."],
        ] as const) {
          const { exitCode, stderr } = await command("revoke", "--where", where, "--yes");
          expect(exitCode).toBe(2);
          expect(stderr).toContain(what);
        }
        expect(await keys()).toEqual(["gone", "one", "two"]);
      });
    });
