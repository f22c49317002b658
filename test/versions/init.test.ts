// `init` in a fresh app on each database, with Prisma 6 and 7, and then a sign-in over HTTP.
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeFreshApp, nextSteps } from "../cli/init/fresh-app.ts";
import { mariadb } from "../databases/mariadb.ts";
import { postgresql } from "../databases/postgresql.ts";
import { sqlite } from "../databases/sqlite.ts";
import type { Provider, TestClient } from "../databases/types.ts";
import { skippedBecause } from "../skipped.ts";
import { notInstalled } from "./installed.ts";

const prisma6 = { folder: fileURLToPath(new URL("prisma-6", import.meta.url)), major: 6 };

// With Prisma 7 on SQLite, test/cli/init/running-app.test.ts does the same.
const APPS = [
  { database: postgresql, major: 7 },
  { database: mariadb, major: 7 },
  { database: sqlite, major: 6, olderPrisma: prisma6 },
  { database: postgresql, major: 6, olderPrisma: prisma6 },
  { database: mariadb, major: 6, olderPrisma: prisma6 },
];

for (const { database, major, ...prisma } of APPS) {
  const { name, provider, create } = database;
  // Those with Prisma 7 too, so that `npm test` stays short.
  const skipReason = database.skipReason ?? notInstalled;
  describe.skipIf(skipReason)(`Prisma ${major} on ${name}${skippedBecause(skipReason)}`, () => {
    const table = provider === "mysql" ? "a table made by SQL" : "the table of `migrate dev`";
    it(`init leads a fresh app to a running sign-in, with ${table}`, async () => {
      const { url, prisma: client, drop } = await create();
      onTestFinished(drop);
      const app = await makeFreshApp({ name: `${provider}-${major}`, provider, url, ...prisma });
      const { commands, importLine } = nextSteps(await app.command("init", "--yes"), major);
      expect(commands).toEqual(["migrate dev --name session", "generate"]);

      const [migrateDev, generate] = commands.map((args) => () => app.prisma(...args.split(" ")));
      await MAKE_TABLES[provider](client, () => migrateDev?.());
      await generate?.();
      const { signIn, page } = await app.start(importLine);
      expect(await page()).toBe("signed out");
      const cookie = await signIn("ada@example.com");
      expect(await page(cookie)).toBe("user 1");

      const options = ["--client", "lib/prisma.ts", "--json"];
      const listed = JSON.parse(await app.command("list", ...options, "--columns", "userId"));
      expect(listed).toMatchObject({ total: 1, sessions: [{ columns: { userId: 1 } }] });
      expect(JSON.parse(await app.command("stats", ...options))).toMatchObject({ live: 1, expired: 0 });
      await app.command("revoke", ...options, "--where", '{"userId":1}', "--all", "--yes");
      expect(await page(cookie)).toBe("signed out");
    }, 300_000);
  });
}

/** The database has the table of this package. `migrate dev` begins without it. */
async function migrate(client: TestClient, migrateDev: () => unknown): Promise<void> {
  await client.$executeRawUnsafe("DROP TABLE session");
  await migrateDev();
}

const MAKE_TABLES: Readonly<Record<Provider, typeof migrate>> = {
  sqlite: migrate,
  postgresql: migrate,
  // The engine that runs without a download has no MySQL. So the table is this package's own, with
  // the column that `init` adds to the model. test/cli/init/schema.test.ts tests the model's text.
  async mysql(client) {
    await client.$executeRawUnsafe("ALTER TABLE session ADD user_id INTEGER, ADD INDEX session_user_id_idx (user_id)");
    await client.$executeRawUnsafe(
      "CREATE TABLE `User` (id INTEGER PRIMARY KEY AUTO_INCREMENT, email VARCHAR(191) UNIQUE)",
    );
  },
};
