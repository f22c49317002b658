// Settings of the databases that make sessions wrong.
import { existsSync } from "node:fs";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { PrismaClient as PostgresClient } from "../../../generated/postgresql/client.ts";
import { PrismaClient as SqliteClient } from "../../../generated/sqlite/client.ts";
import { PrismaClient as TimestamptzClient } from "../../../generated/timestamptz/client.ts";
import { createMariadb } from "../../databases/create.ts";
import { mariadb } from "../../databases/mariadb.ts";
import { startOwnMariadb } from "../../databases/mariadb-server.ts";
import { postgresql } from "../../databases/postgresql.ts";
import { freePort } from "../../databases/server-process.ts";
import { migration, runSql } from "../../databases/sql.ts";
import { sqlite } from "../../databases/sqlite.ts";
import { skippedBecause } from "../../skipped.ts";
import { folder } from "../support.ts";
import { brokenDatabase, diagnosis, finding, rowsOf } from "./support.ts";

function disconnecting<Client extends { $disconnect(): Promise<void> }>(client: Client): Client {
  onTestFinished(() => client.$disconnect());
  return client;
}

describe("doctor on SQLite", () => {
  it("finds that there is no busy timeout, and no WAL", async () => {
    const adapter = new PrismaLibSql({ url: `file:${await folder()}/app.db` });
    await runSql(adapter, await migration("sqlite"));
    const client = disconnecting(new SqliteClient({ adapter }));
    const { exitCode, results, failed, warning } = await diagnosis(client);
    expect({ exitCode, failed, warning }).toEqual({ exitCode: 1, failed: ["busy-timeout"], warning: ["journal-mode"] });
    expect(results["busy-timeout"]).toEqual(finding("failed", /is 0 ms/, /PrismaLibSql\(\{ url, timeout: 5000 \}\)/));
    expect(results["journal-mode"]).toEqual(finding("warning", /mode is delete/, /PRAGMA journal_mode=WAL/));
    expect(await client.session.count()).toBe(0);
  });

  it("finds a database in memory", async () => {
    const client = disconnecting(new SqliteClient({ adapter: new PrismaLibSql({ url: ":memory:", timeout: 5000 }) }));
    await client.$executeRawUnsafe("CREATE TABLE session (key TEXT PRIMARY KEY, data TEXT, expire_date DATETIME)");
    await client.$executeRawUnsafe("CREATE INDEX i ON session(expire_date)");
    const { results, failed } = await diagnosis(client);
    expect(failed).toEqual([]);
    expect(results["journal-mode"]).toEqual(finding("warning", /in memory/, /file/));
  });

  it("finds dates in two formats, as they are after a change of the adapter", async () => {
    const db = await brokenDatabase(sqlite);
    await db.prisma.$executeRawUnsafe("INSERT INTO session VALUES ('old', '', 4102444800000)");
    const { exitCode, results, failed } = await diagnosis(await db.connect());
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["expiry"] });
    expect(results.expiry).toEqual(finding("failed", /^1 row keeps the expiry in another format/, /timestampFormat/));
    expect(await rowsOf(db)).toBe(1);
  });

  it("passes dates as numbers", async () => {
    const db = await brokenDatabase(sqlite);
    const adapter = new PrismaLibSql({ url: db.url, timeout: 5000 }, { timestampFormat: "unixepoch-ms" });
    const { results, failed } = await diagnosis(disconnecting(new SqliteClient({ adapter })));
    expect(failed).toEqual([]);
    expect(results.expiry).toMatchObject({ status: "passed" });
  });

  it("finds that the collation ignores letter case", async () => {
    const db = await brokenDatabase(
      sqlite,
      "DROP TABLE session",
      "CREATE TABLE session (key TEXT PRIMARY KEY, data TEXT NOT NULL COLLATE NOCASE, expire_date DATETIME NOT NULL)",
      "CREATE INDEX i ON session(expire_date)",
    );
    const { exitCode, results, warning } = await diagnosis(await db.connect());
    expect({ exitCode, warning }).toEqual({ exitCode: 0, warning: ["guard"] });
    expect(results.guard).toEqual(finding("warning", /ignores letter case/, /Remove the collation/));
    expect(await rowsOf(db)).toBe(0);
  });
});

const { skipReason } = postgresql;
describe.skipIf(skipReason)(`doctor on PostgreSQL${skippedBecause(skipReason)}`, () => {
  const TIMESTAMPTZ = "ALTER TABLE session ALTER expire_date TYPE TIMESTAMPTZ(3)";

  async function inTokyo(...statements: readonly string[]) {
    const db = await brokenDatabase(postgresql, ...statements);
    const name = new URL(db.url).pathname.slice(1);
    await db.prisma.$executeRawUnsafe(`ALTER DATABASE "${name}" SET TimeZone TO 'Asia/Tokyo'`);
    return db;
  }

  it("finds timestamptz over a connection in Asia/Tokyo", async () => {
    const db = await inTokyo(TIMESTAMPTZ);
    const client = disconnecting(new TimestamptzClient({ adapter: new PrismaPg(db.url) }));
    const { exitCode, results, failed } = await diagnosis(client);
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["columns", "expiry"] });
    expect(results.columns).toEqual(finding("failed", /TimeZone is Asia\/Tokyo/, /-c TimeZone=UTC/));
    expect(results.expiry).toEqual(finding("failed", /9 h earlier/, /-c TimeZone=UTC/));
    expect(await rowsOf(db)).toBe(0);
    const readOnly = await diagnosis(client, { args: ["--read-only"] });
    expect(readOnly.failed).toEqual(["columns"]);
  });

  it.each([
    ["timestamptz over a connection in UTC", [TIMESTAMPTZ], "-c TimeZone=UTC"],
    ["timestamp over a connection in Asia/Tokyo", [], undefined],
  ])("passes %s", async (_, statements, options) => {
    const db = await inTokyo(...statements);
    const adapter = new PrismaPg({ connectionString: db.url, ...(options && { options }) });
    const client = options ? new TimestamptzClient({ adapter }) : new PostgresClient({ adapter });
    const { exitCode, failed, warning, skipped } = await diagnosis(client);
    await client.$disconnect();
    expect({ exitCode, failed, warning, skipped }).toEqual({ exitCode: 0, failed: [], warning: [], skipped: [] });
  });

  it("finds that the collation ignores letter case", async () => {
    const db = await brokenDatabase(
      postgresql,
      "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
      "ALTER TABLE session ALTER data TYPE TEXT COLLATE nocase",
    );
    const { results, failed, warning } = await diagnosis(await db.connect());
    // Before version 18, PostgreSQL refuses LIKE on such a column.
    expect([...failed, ...warning]).toEqual(["guard"]);
    const status = failed.length > 0 ? "failed" : "warning";
    expect(results.guard).toEqual(finding(status, /ignores letter case|LIKE/, /collation/));
    expect(await rowsOf(db)).toBe(0);
  });

  it("finds the table in another schema", async () => {
    const db = await brokenDatabase(postgresql, "CREATE SCHEMA shop", "ALTER TABLE session SET SCHEMA shop");
    const adapter = new PrismaPg({ connectionString: db.url }, { schema: "shop" });
    const client = disconnecting(new PostgresClient({ adapter }));
    await db.prisma.$executeRawUnsafe("CREATE TABLE session (other INT)");
    const { exitCode, failed, warning, skipped } = await diagnosis(client);
    expect({ exitCode, failed, warning, skipped }).toEqual({ exitCode: 0, failed: [], warning: [], skipped: [] });
    expect(await client.session.count()).toBe(0);
  });
});

describe.skipIf(mariadb.skipReason)(`doctor on MariaDB${skippedBecause(mariadb.skipReason)}`, () => {
  it("finds a character set that lacks characters", async () => {
    const db = await brokenDatabase(mariadb, "ALTER TABLE session MODIFY data LONGTEXT CHARACTER SET utf8mb3 NOT NULL");
    const { exitCode, results, failed } = await diagnosis(await db.connect());
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["characters", "character-set"] });
    expect(results.characters).toEqual(finding("failed", /character set cannot hold/, /utf8mb4/));
    expect(results["character-set"]).toEqual(
      finding("failed", /data is utf8mb3/, /^Run `ALTER TABLE .* CONVERT TO CHARACTER SET utf8mb4`/),
    );
    expect(await rowsOf(db)).toBe(0);
    await db.prisma.$executeRawUnsafe("ALTER TABLE session CONVERT TO CHARACTER SET utf8mb4");
    expect((await diagnosis(await db.connect())).exitCode).toBe(0);
  });

  const GALERA = "/usr/lib/galera/libgalera_smm.so";
  const noGalera = existsSync(GALERA) ? undefined : `This machine has no ${GALERA}. Install it (Debian: galera-4)`;
  it.skipIf(noGalera)(
    `finds a Galera node that does not wait for other nodes${skippedBecause(noGalera)}`,
    async () => {
      const flags = [
        "--binlog-format=ROW",
        "--wsrep-on=ON",
        `--wsrep-provider=${GALERA}`,
        `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${await freePort()}`,
        "--wsrep-cluster-address=gcomm://",
        "--wsrep-node-address=127.0.0.1",
      ];
      // Before that, it takes connections but no statements.
      const server = await startOwnMariadb(flags, "Synchronized with group, ready for connections");
      onTestFinished(server.stop);
      const db = await createMariadb(server.url);
      onTestFinished(db.drop);
      const { exitCode, results, failed } = await diagnosis(await db.connect());
      expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["galera"] });
      expect(results.galera).toEqual(finding("failed", /wsrep_sync_wait is 0/, /initSql: .*wsrep_sync_wait=7/));
      await db.prisma.$executeRawUnsafe("SET GLOBAL wsrep_sync_wait=7");
      expect((await diagnosis(await db.connect())).results.galera).toMatchObject({ status: "passed" });
    },
    120_000,
  );
});
