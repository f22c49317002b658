// Tables that are not what the Prisma model says, on every database.
import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { describe, expect, it, onTestFinished } from "vitest";
import { PrismaClient as WrongColumns } from "../../../generated/wrong-columns/client.ts";
import { adapters } from "../../databases/adapters.ts";
import { mariadb } from "../../databases/mariadb.ts";
import { postgresql, postgresqlWith } from "../../databases/postgresql.ts";
import { sqlite, sqliteWith } from "../../databases/sqlite.ts";
import { ownedTable, sessionTable } from "../../databases/table.ts";
import { skippedBecause } from "../../skipped.ts";
import { brokenDatabase, diagnosis, finding, rowsOf } from "./support.ts";

const MIGRATE = /npx prisma migrate dev/;

for (const database of [sqlite, postgresql, mariadb]) {
  const { name, provider, skipReason } = database;
  const drop = { sqlite: "DROP INDEX session_expire_date_idx", postgresql: "DROP INDEX session_expire_date_idx" };

  describe.skipIf(skipReason)(`doctor on ${name}${skippedBecause(skipReason)}`, () => {
    it("finds that the table is missing", async () => {
      const { connect } = await brokenDatabase(database, "DROP TABLE session");
      const { exitCode, results, failed, warning } = await diagnosis(await connect());
      expect({ exitCode, failed, warning }).toEqual({ exitCode: 1, failed: ["table"], warning: [] });
      expect(results.table).toEqual(finding("failed", /does not have it/, MIGRATE));
      expect(results.insert).toMatchObject({ status: "skipped", detail: "It needs `table`." });
    });

    it("finds that a column is missing", async () => {
      const db = await brokenDatabase(database, "ALTER TABLE session RENAME COLUMN data TO other");
      const { exitCode, results, failed } = await diagnosis(await db.connect());
      expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["table"] });
      expect(results.table).toEqual(finding("failed", /lacks a column .*data/, MIGRATE));
      expect(await rowsOf(db)).toBe(0);
    });

    it("finds that no index begins with the expiry", async () => {
      const db = await brokenDatabase(
        database,
        provider === "mysql" ? "DROP INDEX session_expire_date_idx ON session" : drop[provider],
        "CREATE INDEX other ON session(data(10), expire_date)".replace("(10)", provider === "mysql" ? "(10)" : ""),
      );
      const { exitCode, results, warning, failed } = await diagnosis(await db.connect());
      expect({ exitCode, warning }).toEqual({ exitCode: failed.length > 0 ? 1 : 0, warning: ["index"] });
      expect(results.index).toEqual(
        finding("warning", /No index begins with expire_date/, /@@index\(\[expireDate\]\)/),
      );
    });

    it("finds that a key is not unique", async () => {
      const db = await brokenDatabase(
        database,
        ...{
          sqlite: [
            "CREATE TABLE other AS SELECT * FROM session",
            "DROP TABLE session",
            "ALTER TABLE other RENAME TO session",
          ],
          postgresql: ["ALTER TABLE session DROP CONSTRAINT session_pkey"],
          mysql: ["ALTER TABLE session DROP PRIMARY KEY"],
        }[provider],
      );
      const { exitCode, results } = await diagnosis(await db.connect());
      expect(exitCode).toBe(1);
      expect(results["duplicate-key"]).toEqual(finding("failed", /INSERT with a key that is taken/, /String @id/));
      expect(await rowsOf(db)).toBe(0);
    });

    it("finds rows that expired long ago, and does not count them as its own", async () => {
      const db = await brokenDatabase(database);
      const days = (n: number) => new Date(Date.now() - n * 86_400_000);
      const row = (n: number) => ({ key: `old${n}`, data: "", expireDate: days(n) });
      await db.prisma.session.create({ data: row(6) });
      const recent = await diagnosis(await db.connect());
      expect(recent.results["expired-rows"]).toMatchObject({
        status: "passed",
        detail: "1 row has expired, the first 6 days ago.",
      });
      await db.prisma.session.create({ data: row(8) });
      const { exitCode, results, warning } = await diagnosis(await db.connect());
      expect({ exitCode, warning }).toEqual({ exitCode: 0, warning: ["expired-rows"] });
      expect(results["expired-rows"]).toEqual(
        finding("warning", /^2 rows have expired, the first 8 days ago\.$/, /clear-expired/),
      );
      expect(await rowsOf(db)).toBe(2);
    });

    it.each([
      [-90, "failed", "ahead of"],
      [-10, "warning", "ahead of"],
      [10, "warning", "behind"],
      [90, "failed", "behind"],
    ])("finds that this machine's clock is %d s off", async (seconds, status, words) => {
      const db = await brokenDatabase(database);
      const host = { now: () => new Date(Date.now() + seconds * 1000) };
      const { results, exitCode } = await diagnosis(await db.connect(), { host });
      const clock = new RegExp(`^The database's clock is ${Math.abs(seconds)} s ${words} the clock of this machine`);
      expect(results.clock).toEqual(finding(status, clock, /NTP/));
      expect(exitCode).toBe(status === "failed" ? 1 : 0);
    });
  });
}

describe("doctor on columns that hold too little", () => {
  const { skipReason } = mariadb;
  const column = { key: "MODIFY `key` VARCHAR(40) NOT NULL", data: "MODIFY data TEXT NOT NULL" };

  it.skipIf(skipReason)(`finds TEXT on MySQL in strict mode${skippedBecause(skipReason)}`, async () => {
    const db = await brokenDatabase(mariadb, `ALTER TABLE session ${column.data}`);
    const { results, failed } = await diagnosis(await db.connect());
    expect(failed).toEqual(["columns", "size"]);
    expect(results.columns).toEqual(finding("failed", /data is text/, /String @db\.LongText/));
    expect(results.size).toEqual(finding("failed", /P2000|too long/i, /@db\.LongText/));
    expect(await rowsOf(db)).toBe(0);
  });

  it.skipIf(skipReason)(`finds TEXT on MySQL without strict mode${skippedBecause(skipReason)}`, async () => {
    const db = await brokenDatabase(mariadb, `ALTER TABLE session ${column.data}`);
    const { results, failed } = await diagnosis(await laxClient(db.url));
    expect(failed).toEqual(["columns", "size", "strict-mode"]);
    expect(results.size).toEqual(finding("failed", /of 300068 characters 65535 came back/, /@db\.LongText/));
    expect(results["strict-mode"]).toEqual(finding("failed", /shortened and acknowledged/, /STRICT_TRANS_TABLES/));
    expect(await rowsOf(db)).toBe(0);
  });

  it.skipIf(skipReason)(`finds a short key on MySQL in strict mode${skippedBecause(skipReason)}`, async () => {
    const db = await brokenDatabase(mariadb, `ALTER TABLE session ${column.key}`);
    const { results, failed } = await diagnosis(await db.connect());
    expect(failed).toEqual(["columns", "insert"]);
    expect(results.columns).toEqual(finding("failed", /key is varchar\(40\)/, /key String/));
    expect(results.insert).toEqual(finding("failed", /too long/i, /71 characters/));
  });

  it.skipIf(skipReason).each([[20], [40]])(
    `removes rows whose key MySQL has shortened to %d${skippedBecause(skipReason)}`,
    async (length) => {
      const db = await brokenDatabase(mariadb, `ALTER TABLE session ${column.key.replace("40", String(length))}`);
      const { results, failed } = await diagnosis(await laxClient(db.url));
      expect(failed).toEqual(["columns", "insert", "strict-mode"]);
      expect(results.insert).toEqual(finding("failed", /not there under its key/, /longer/));
      expect(results.cleanup).toMatchObject({ status: "passed" });
      expect(await rowsOf(db)).toBe(0);
    },
  );

  async function laxClient(url: string) {
    const { hostname: host, port, username: user, password, pathname } = new URL(url);
    const server = { host, port: Number(port), user, password, database: pathname.slice(1) };
    const adapter = new PrismaMariaDb({ ...server, initSql: ["SET SESSION sql_mode=''"] });
    const Client = await sessionTable.client("mysql");
    const prisma = new Client({ adapter, log: [] });
    onTestFinished(() => prisma.$disconnect());
    return prisma;
  }

  it.skipIf(postgresql.skipReason)(`finds VARCHAR on PostgreSQL${skippedBecause(postgresql.skipReason)}`, async () => {
    const db = await brokenDatabase(postgresql, "ALTER TABLE session ALTER data TYPE VARCHAR(5000)");
    const { results, failed } = await diagnosis(await db.connect());
    expect(failed).toEqual(["columns", "size"]);
    expect(results.columns).toEqual(finding("failed", /data is character varying\(5000\)/, /String/));
    expect(await rowsOf(db)).toBe(0);
  });
});

describe("doctor on columns of other types", () => {
  it.skipIf(postgresql.skipReason)(`finds JSONB on PostgreSQL${skippedBecause(postgresql.skipReason)}`, async () => {
    const db = await brokenDatabase(postgresql, "ALTER TABLE session ALTER data TYPE JSONB USING data::jsonb");
    const { results, failed } = await diagnosis(await db.connect());
    expect(failed).toContain("columns");
    expect(results.columns).toEqual(finding("failed", /data is jsonb/, MIGRATE));
    expect(await rowsOf(db)).toBe(0);
  });

  it("finds a number on SQLite", async () => {
    const db = await brokenDatabase(
      sqlite,
      "DROP TABLE session",
      "CREATE TABLE session (key STRING PRIMARY KEY, data TEXT NOT NULL, expire_date DATETIME NOT NULL)",
      "CREATE INDEX i ON session(expire_date)",
    );
    const { results } = await diagnosis(await db.connect());
    expect(results.columns).toEqual(finding("failed", /key is string/, MIGRATE));
  });

  it.skipIf(mariadb.skipReason)(
    `finds an expiry that is rounded, or ends in 2038, on MySQL${skippedBecause(mariadb.skipReason)}`,
    async () => {
      const db = await brokenDatabase(mariadb, "ALTER TABLE session MODIFY expire_date DATETIME NOT NULL");
      const rounded = await diagnosis(await db.connect());
      expect(rounded.results.columns).toEqual(finding("warning", /rounds the expiry/, /DateTime/));
      await db.prisma.$executeRawUnsafe("ALTER TABLE session MODIFY expire_date TIMESTAMP(3) NOT NULL");
      const { results } = await diagnosis(await db.connect());
      expect(results.columns).toEqual(finding("warning", /2038/, /DateTime/));
      expect(await rowsOf(db)).toBe(0);
    },
  );

  it("says which field the Prisma model lacks", async () => {
    const client = new WrongColumns({ adapter: adapters.sqlite("file::memory:") });
    const [name = ""] = Object.keys(client).filter((key) => !/^[$_]|constructor/.test(key));
    const { exitCode, results } = await diagnosis(client, { args: ["--model", name] });
    expect(exitCode).toBe(1);
    expect(results).toEqual({ model: finding("failed", /must have a field/, /prisma generate/) });
  });
});

describe("doctor on a column of the user's own that an INSERT needs", () => {
  const REQUIRED = "ALTER TABLE session ALTER user_id SET NOT NULL";

  it.skipIf(postgresql.skipReason)(
    `names it, and --insert-columns${skippedBecause(postgresql.skipReason)}`,
    async () => {
      const db = await brokenDatabase(postgresqlWith(ownedTable), REQUIRED);
      const { exitCode, results, failed } = await diagnosis(await db.connect());
      expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["insert"] });
      expect(results.insert).toEqual(finding("failed", /needs a value of userId/, /--insert-columns '\{"userId":1\}'/));
      expect(results.guard).toMatchObject({ status: "skipped", detail: "It needs `insert`." });
      expect(await diagnosis(await db.connect(), { args: ["--insert-columns", '{"userId":7}'] })).toMatchObject({
        exitCode: 0,
        failed: [],
        skipped: [],
      });
      expect(await rowsOf(db)).toBe(0);
    },
  );

  it.skipIf(postgresql.skipReason)(
    `skips what needs several rows if the column is UNIQUE${skippedBecause(postgresql.skipReason)}`,
    async () => {
      const db = await brokenDatabase(
        postgresqlWith(ownedTable),
        REQUIRED,
        "ALTER TABLE session ADD CONSTRAINT one_each UNIQUE (user_id)",
      );
      const { exitCode, results, failed, warning } = await diagnosis(await db.connect(), {
        args: ["--insert-columns", '{"userId":7}'],
      });
      expect({ exitCode, failed, warning }).toEqual({ exitCode: 0, failed: [], warning: [] });
      expect(results.insert).toMatchObject({
        status: "skipped",
        detail: expect.stringMatching(
          /^A UNIQUE constraint refuses a row [^\n]*--insert-columns: Unique constraint failed .*one_each/,
        ),
      });
      expect(results.guard).toMatchObject({ status: "skipped", detail: "It needs `insert`." });
      expect(await rowsOf(db)).toBe(0);
    },
  );

  it.skipIf(postgresql.skipReason)(
    `names a foreign key, and a connection that only reads${skippedBecause(postgresql.skipReason)}`,
    async () => {
      const db = await brokenDatabase(
        postgresqlWith(ownedTable),
        "CREATE TABLE shop_user (id INT PRIMARY KEY)",
        "ALTER TABLE session ADD CONSTRAINT user_fk FOREIGN KEY (user_id) REFERENCES shop_user (id)",
      );
      const foreign = await diagnosis(await db.connect(), { args: ["--insert-columns", '{"userId":1}'] });
      expect(foreign.results.insert).toEqual(
        finding("failed", /^A foreign key refuses the row/, /^Give its column a value that the other table has/),
      );
      const { pathname } = new URL(db.url);
      await db.prisma.$executeRawUnsafe(`ALTER DATABASE "${pathname.slice(1)}" SET default_transaction_read_only = on`);
      const { results } = await diagnosis(await db.connect());
      expect(results.insert).toEqual(finding("failed", /^The connection is read-only/, /primary server/));
    },
  );

  it("says what Prisma says of a column that the model does not have", async () => {
    const db = await brokenDatabase(sqliteWith(ownedTable));
    const { results } = await diagnosis(await db.connect(), { args: ["--insert-columns", '{"nothing":1}'] });
    expect(results.insert).toEqual(
      finding(
        "failed",
        /^Prisma refused --insert-columns\. Unknown argument `nothing`/,
        /^Name the fields of your Prisma model/,
      ),
    );
  });
});
