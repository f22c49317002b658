import { EventEmitter } from "node:events";
import { readFile } from "node:fs/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { PrismaClient as PostgresClient } from "../../../generated/postgresql/client.ts";
import { EXIT } from "../../../src/cli/command-error.ts";
import { CHECKS } from "../../../src/cli/doctor/checks.ts";
import { doctorCommand } from "../../../src/cli/doctor/command.ts";
import { report } from "../../../src/cli/doctor/report.ts";
import { helpOf } from "../../../src/cli/help.ts";
import type { Host } from "../../../src/cli/host.ts";
import { describeEachPrisma7Database } from "../../databases/index.ts";
import { freePort } from "../../databases/server-process.ts";
import { sqlite } from "../../databases/sqlite.ts";
import type { TestClient } from "../../databases/types.ts";
import { folder, root, runIn } from "../support.ts";
import { brokenDatabase, diagnosis, finding, rowsOf, runDoctor } from "./support.ts";

/** Calls a function before each INSERT, with the number of INSERTs. */
const beforeInsert = (prisma: TestClient, call: (inserts: number) => unknown) => {
  let inserts = 0;
  return prisma.$extends({
    query: {
      session: {
        async createMany({ args, query }) {
          await call(++inserts);
          return query(args);
        },
      },
    },
  });
};

describeEachPrisma7Database("doctor, the command", (db) => {
  it("writes nothing with --read-only, and says what it skips", async () => {
    const client = await db().connect();
    const queries: string[] = [];
    client.$on("query", ({ query }) => queries.push(query));
    const { exitCode, results, failed, warning, skipped } = await diagnosis(client, { args: ["--read-only"] });
    expect({ exitCode, failed, warning }).toEqual({ exitCode: 0, failed: [], warning: [] });
    expect(skipped).toEqual(CHECKS.filter(({ writes }) => writes).map(({ id }) => id));
    for (const id of skipped) expect(results[id]?.detail).toBe("It writes, and --read-only was given.");
    expect(results).not.toHaveProperty("cleanup");
    expect(queries.length).toBeGreaterThan(5);
    for (const query of queries) expect(query).toMatch(/^\s*(SELECT|PRAGMA \w+$|SHOW)/);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("removes its rows when it is stopped by %s", async (signal, code) => {
    const signals = new EventEmitter();
    const client = beforeInsert(await db().connect(), (inserts) => inserts === 20 && signals.emit(signal));
    const { exitCode, stdout, stderr } = await runDoctor(client, { signals });
    expect(exitCode).toBe(code);
    expect(stdout).toMatch(new RegExp(`^passed +cleanup .*\\n\\nStopped by ${signal}\\. \\d passed\\.\\n$`, "m"));
    expect(stdout).not.toContain("failed");
    expect(stderr).toContain("Stopping, and removing the rows");
    expect(signals.eventNames()).toEqual([]);
    expect(await rowsOf(db())).toBe(0);
  });

  it("sends nothing more when it is stopped, and removes its rows after the last statement has ended", async () => {
    const signals = new EventEmitter();
    let running = 0;
    let runningAtCleanUp: number | undefined;
    let inserts = 0;
    const client = (await db().connect()).$extends({
      query: {
        session: {
          async createMany({ args, query }) {
            running++;
            // In the check of duplicate keys, which inserts one row after another.
            if (++inserts === 40) signals.emit("SIGINT");
            await new Promise(setImmediate);
            const result = await query(args);
            running--;
            return result;
          },
          async deleteMany({ args, query }) {
            if (args.where?.AND) runningAtCleanUp = running; // It names the keys of all rows.
            return query(args);
          },
        },
      },
    });
    const { exitCode } = await runDoctor(client, { signals });
    expect({ exitCode, inserts, runningAtCleanUp }).toEqual({ exitCode: 130, inserts: 40, runningAtCleanUp: 0 });
    expect(await rowsOf(db())).toBe(0);
  });

  it("can be stopped before the database has answered", async () => {
    const signals = new EventEmitter();
    const silent = (await db().connect()).$extends({
      query: {
        session: {
          async findUnique() {
            signals.emit("SIGTERM");
            return new Promise<never>(() => {});
          },
        },
      },
    });
    const { exitCode, stdout } = await runDoctor(silent, { signals });
    expect({ exitCode, stdout }).toEqual({ exitCode: 143, stdout: "\nStopped by SIGTERM. No check was run.\n" });
  });

  it("goes on when a check gets no answer, and removes its rows", async () => {
    const limits: AbortController[] = [];
    const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => {
      const limit = new AbortController();
      limits.push(limit);
      return limit.signal;
    });
    onTestFinished(() => timeout.mockRestore());
    const client = beforeInsert(await db().connect(), async (inserts) => {
      if (inserts !== 32) return;
      limits.at(-1)?.abort(new DOMException("It took too long.", "TimeoutError"));
      await new Promise(() => {});
    });
    const { exitCode, results, failed } = await diagnosis(client);
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["characters"] });
    expect(results.characters).toEqual(finding("failed", /did not answer within 10 seconds/, /locks the table/));
    expect(results.cleanup).toMatchObject({ status: "passed" });
    expect(await rowsOf(db())).toBe(0);
  });
});

describe("doctor, the command", () => {
  it("prints one line of JSON", async () => {
    const db = await brokenDatabase(sqlite, "DROP INDEX session_expire_date_idx");
    const { exitCode, stdout } = await runDoctor(await db.connect(), { args: ["--json"] });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^[^\n]+\n$/);
    const { checks, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({});
    expect(checks).toContainEqual({ id: "insert", status: "passed", detail: expect.any(String) });
    expect(checks).toContainEqual(finding("warning", /No index/, /@@index/));
  });

  it("says that the database cannot be reached, and shows no password", async () => {
    const url = `postgres://shop:s3cret-word@127.0.0.1:${await freePort()}/shop`;
    const client = new PostgresClient({ adapter: new PrismaPg(url) });
    const { exitCode, stdout } = await runDoctor(client);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^failed +connection +The database cannot be reached/);
    expect(stdout).toContain("-> Check that it runs");
    expect(stdout).toMatch(/\n\n1 failed\.\n$/);
    expect(stdout).not.toContain("s3cret");
  });

  it("shows no password that an extension puts into its errors", async () => {
    const db = await brokenDatabase(sqlite);
    const client = beforeInsert(await db.connect(), () => {
      throw new Error("Cannot write to mysql://shop:s3cret@db.internal/shop");
    });
    for (const args of [[], ["--json"]]) {
      const { stdout } = await runDoctor(client, { args });
      expect(stdout).toMatch(/Cannot write to\s+mysql:\/\/\*\*\*@db\.internal\/shop/);
      expect(stdout).not.toContain("s3cret");
    }
  });

  it("shows no password, wherever it comes from", () => {
    const text = "See mysql://shop:s3cret@db/shop.";
    let printed = "";
    const host = { stdout: { write: (line: string) => (printed += line) } } as unknown as Host;
    const results = [{ id: "table", status: "failed", detail: text, remedy: text }] as const;
    for (const json of [true, false]) report(results, { json, stoppedBy: undefined }, host);
    expect(printed.match(/mysql:\/\/\*\*\*@db\/shop/g)).toHaveLength(4);
    expect(printed).not.toContain("s3cret");
  });

  it("prints no control characters of a name in the database", async () => {
    const hostile = "i\u001b[2J\u0007\u202e";
    const db = await brokenDatabase(
      sqlite,
      "DROP INDEX session_expire_date_idx",
      `CREATE INDEX "${hostile}" ON session(expire_date)`,
    );
    const { stdout } = await runDoctor(await db.connect());
    expect(stdout).toContain("i\\u{1b}[2J\\u{7}\\u{202e} begins with expire_date.");
    expect(stdout).toMatch(/^[\x20-\x7e\n]+$/);
    const { stdout: json } = await runDoctor(await db.connect(), { args: ["--json"] });
    expect(json).toMatch(/^[\x20-\x7e]+\n$/);
    const { checks } = JSON.parse(json) as { checks: { id: string; detail: string }[] };
    expect(checks.find(({ id }) => id === "index")?.detail).toContain(hostile);
  });

  it("warns of an adapter of another version than the client", async () => {
    const db = await brokenDatabase(sqlite);
    const files = (version: string) => ({
      "node_modules/@prisma/adapter-libsql/package.json": JSON.stringify({ version }),
    });
    const same = await diagnosis(await db.connect(), { files: files("7.10.0") });
    expect(same.results.connection).toMatchObject({
      status: "passed",
      detail: expect.stringMatching(/libsql 7\.10\.0$/),
    });
    const { results } = await diagnosis(await db.connect(), { files: files("7.0.0") });
    expect(results.connection).toEqual(finding("warning", /7\.0\.0/, /npm install @prisma\/adapter-libsql@7\.10\.0/));
  });

  it("says which databases the package supports", async () => {
    const method = async () => ({ count: 0 });
    const session = {
      findUnique: method,
      findMany: method,
      createMany: method,
      updateMany: method,
      deleteMany: method,
    };
    const client = { $connect: method, $disconnect: method, session: { ...session, count: method } };
    const { results } = await diagnosis({ ...client, _activeProvider: "mongodb" });
    expect(results).toEqual({
      connection: finding("failed", /mongodb, which the package does not support/, /MariaDB/),
    });
  });

  it.each([
    [["--insert-columns", "{"], /must be a JSON object/],
    [["--insert-columns", "[1]"], /must be a JSON object/],
    [["--insert-columns", '{"key":"a"}'], /must not contain key/],
    [["--model", "visit"], /no model "visit"\. It has session: choose one with --model/],
    [["--readonly"], /Did you mean `--read-only`\?/],
  ])("%j is wrong use", async (args, message) => {
    const db = await brokenDatabase(sqlite);
    const { exitCode, stdout, stderr } = await runDoctor(await db.connect(), { args });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(await rowsOf(db)).toBe(0);
  });

  it("wants a client", async () => {
    const { exitCode, stderr } = await runIn(await folder(), ["doctor"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("The file of your Prisma client is missing.");
  });

  it("is what the docs say it is", async () => {
    const docs = await readFile(`${root}docs/doctor.md`, "utf8");
    const options = (text: string) => [...new Set(text.match(/--[a-z]+(-[a-z]+)*( [A-Z]+)?/g))].sort();
    const table = docs.split("\n").filter((line) => line.startsWith("| `--"));
    const help = helpOf(doctorCommand).split("Options:")[1]?.split("\n\n")[0] ?? "";
    expect(options(table.join("\n"))).toEqual(options(help.replace(/'\{.*\}'|--help, --version/g, "")));
    const documented = [...docs.matchAll(/^\| `([a-z][a-z-]*)` \|/gm)].map(([, id]) => id);
    expect(documented).toEqual([...CHECKS.map(({ id }) => id), "cleanup"]);
    for (const code of Object.values(EXIT)) expect(docs).toMatch(new RegExp(`^\\| (\\d+, )*${code}(, \\d+)* \\|`, "m"));
  });
});
