import { EventEmitter } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { describeEachPrisma7Database } from "../databases/index.ts";
import { app, folder, root, runIn, sessionRows } from "./support.ts";

const CLEAR = ["clear-expired", "--client", "lib/prisma.ts"];

describe("clear-expired", () => {
  it("deletes what has expired, through the client of a TypeScript app", async () => {
    const { path, prisma } = await app({ expired: 5 });
    expect(await runIn(path, CLEAR)).toEqual({
      exitCode: 0,
      stdout: "5 expired rows deleted.\n",
      stderr: "",
      exits: [],
    });
    expect(await prisma.session.findMany({ select: { key: true } })).toEqual([{ key: "live" }]);
  });

  it("says so in one line of JSON", async () => {
    const { path } = await app({ expired: 1 });
    expect(await runIn(path, [...CLEAR, "--json"])).toMatchObject({ exitCode: 0, stdout: '{"deleted":1}\n' });
    expect(await runIn(path, [...CLEAR, "--json"])).toMatchObject({ exitCode: 0, stdout: '{"deleted":0}\n' });
  });

  it("only counts with --dry-run", async () => {
    const { path, prisma } = await app({ expired: 1 });
    expect(await runIn(path, [...CLEAR, "--dry-run"])).toMatchObject({
      exitCode: 0,
      stdout: "1 expired row would be deleted.\n",
    });
    expect(await runIn(path, [...CLEAR, "--dry-run", "--json"])).toMatchObject({ stdout: '{"expired":1}\n' });
    expect(await prisma.session.count()).toBe(2);
  });

  it("shows its progress in a terminal, batch by batch, and takes the bar away", async () => {
    const { path } = await app({ expired: 4 });
    const { stdout, stderr } = await runIn(path, [...CLEAR, "--batch-size", "2"], { isTTY: true });
    const lines = stderr.split("\r").map((line) => line.trim());
    expect(lines).toEqual(["", expect.stringMatching(/50 % \(2 of 4\)$/), expect.stringMatching(/ 100 % /), "", ""]);
    expect(stdout).toBe("4 expired rows deleted.\n");
  });

  it("names the models that there are when it is asked for another", async () => {
    const { path } = await app({ expired: 0 });
    const { exitCode, stderr } = await runIn(path, [...CLEAR, "--model", "visit"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'prisma-db-session: Your Prisma client has no model "visit". It has session: choose one with --model, ' +
        "or add the model Session to your schema and run `prisma generate`.\n",
    );
    expect((await runIn(path, [...CLEAR, "--model", "$on"])).stderr).toContain('no model "$on". It has session:');
  });

  it("says what is missing in a model that is not one of sessions", async () => {
    const { path } = await app({
      expired: 0,
      files: {
        "lib/wrong.ts": `
          import { PrismaLibSql } from "@prisma/adapter-libsql";
          import { PrismaClient } from "${join(root, "generated/wrong-columns/client.ts")}";
          export default new PrismaClient({ adapter: new PrismaLibSql({ url: "file:wrong.db" }) });`,
      },
    });
    const wrong = ["clear-expired", "--client", "lib/wrong.ts"];
    const { stderr } = await runIn(path, wrong);
    expect(stderr).toMatch(/has no model "session"\. It has \w+/);
    const [, name = ""] = /It has (\w+)/.exec(stderr) ?? [];
    const { exitCode, stderr: missing } = await runIn(path, [...wrong, "--model", name]);
    expect(exitCode).toBe(2);
    expect(missing).toMatch(/^prisma-db-session: The Prisma model must have a field .*prisma generate`\.\n$/);
  });

  it("says of a client without any model what to do", async () => {
    const path = await folder({ "db.mjs": "export const db = { async $connect() {}, async $disconnect() {} };" });
    const { exitCode, stderr } = await runIn(path, ["clear-expired", "--client", "db.mjs"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('no model "session". Choose another with --model, or add the model Session to your');
  });

  it.each([
    ["when it is looked at", 'name === "$connect"'],
    ["when its model is taken", 'name === "session"'],
    ["when it is asked for its primary", 'name === "$primary"'],
  ])("prints the message alone of a client that throws %s", async (_, when) => {
    const lazy = `
      const fail = () => { throw Object.assign(new Error("No database\\nat postgres://user:s3cret@db/shop."), { input: "postgres://user:s3cret@db" }); };
      export const prisma = new Proxy({}, { get: (_, name) => ${when} ? fail() : /connect/.test(name) ? async () => {} : undefined });`;
    const path = await folder({ "db.mjs": lazy });
    for (const json of [[], ["--json"]]) {
      expect(await runIn(path, ["clear-expired", "--client", "db.mjs", ...json])).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: `prisma-db-session: Cannot load ${path}/db.mjs because it threw an error: No database at postgres://***@db/shop. Fix it, and run the command again.\n`,
        exits: [],
      });
    }
  });

  it("prints the message alone of an error that nobody expected", async () => {
    const path = await folder();
    const host = {
      cwd: () => {
        throw new Error("ENOENT: no such folder, uv_cwd");
      },
    };
    expect(await runIn(path, CLEAR, { host })).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "prisma-db-session: ENOENT: no such folder, uv_cwd.\n",
      exits: [],
    });
  });

  /**
   * A client, and a model that counts the letters of its name, and of which `rows` can be read and
   * not deleted.
   */
  const MODEL = `
    const model = (name, rows = []) => ({
      async findUnique() {}, async createMany() {}, async updateMany() {},
      async findMany({ skip = 0 }) { return rows.slice(skip); },
      async deleteMany() { return { count: 0 }; },
      async count() { return name.length; },
    });
    const client = { async $connect() {}, async $disconnect() {} };`;

  it("goes to the primary where the client has replicas, and disconnects the client", async () => {
    const path = await folder({
      "db.mjs": `${MODEL}
        const primary = { session: model("primary"), visit: model("visits") };
        export const prisma = { ...client, session: model(""), $primary() { return this === prisma && primary; } };`,
    });
    const replicated = ["clear-expired", "--client", "db.mjs"];
    expect(await runIn(path, [...replicated, "--dry-run", "--json"])).toMatchObject({ stdout: '{"expired":7}\n' });
    expect(await runIn(path, [...replicated, "--json"])).toMatchObject({ stdout: '{"deleted":0}\n' });
    const { stderr } = await runIn(path, [...replicated, "--model", "login"]);
    expect(stderr).toContain('no model "login". It has session, visit: choose');
  });

  it("tries again after a deadlock", async () => {
    const path = await folder({
      "db.mjs": `${MODEL}
        const session = model("", [{ key: "expired" }]);
        let tries = 0;
        session.deleteMany = async () => {
          if (++tries === 1) throw Object.assign(new Error("deadlock"), { code: "P2034" });
          return { count: tries === 2 ? 1 : 0 };
        };
        session.findMany = async ({ skip = 0 }) => (tries < 2 ? [{ key: "expired" }] : []).slice(skip);
        export const prisma = { ...client, session };`,
    });
    expect(await runIn(path, ["clear-expired", "--client", "db.mjs"])).toMatchObject({
      exitCode: 0,
      stdout: "1 expired row deleted.\n",
      stderr: "",
    });
  });

  it("says as it is what clearExpired() says of rows that cannot be deleted", async () => {
    const path = await folder({
      "db.mjs": `${MODEL} export const prisma = { ...client, session: model("", [{ key: "stays" }]) };`,
    });
    const { exitCode, stdout, stderr } = await runIn(path, ["clear-expired", "--client", "db.mjs", "--json"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^prisma-db-session: Expired rows cannot be deleted: [^\n]+\.\n$/);
    expect(JSON.parse(stdout)).toEqual({ deleted: 0, error: stderr.replace("prisma-db-session: ", "").trim() });
  });

  it.each(["throw new Error()", "return Promise.reject(new Error())"])(
    "has done its work though the client cannot be disconnected: %s",
    async (failure) => {
      const path = await folder({
        "db.mjs": `${MODEL} export const prisma = { ...client, session: model(""), $disconnect() { ${failure}; } };`,
      });
      expect(await runIn(path, ["clear-expired", "--client", "db.mjs"])).toMatchObject({
        exitCode: 0,
        stdout: "0 expired rows deleted.\n",
        stderr: "",
      });
    },
  );

  it.each([[[]], [["--dry-run"]]])("says that the table is missing, and how to make it %j", async (options) => {
    const { path, prisma } = await app({ expired: 0 });
    await prisma.$executeRawUnsafe("DROP TABLE session");
    const { exitCode, stdout, stderr } = await runIn(path, [...CLEAR, ...options]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^prisma-db-session: .*session table.*no such table.*prisma migrate deploy`.*\.\n$/);
    const json = JSON.parse((await runIn(path, [...CLEAR, ...options, "--json"])).stdout);
    expect(json).toMatchObject({ error: expect.stringContaining("no such table") });
  });
});

describeEachPrisma7Database("clear-expired, its own connection", (db) => {
  const shared = globalThis as { cliTestClient?: object };

  /**
   * A client of the test's database, which the command finds in a file; with something that happens
   * after each batch.
   */
  async function clientFile(afterBatch: (batches: number) => void = () => {}) {
    let batches = 0;
    const client = await db().connect();
    shared.cliTestClient = client.$extends({
      query: {
        session: {
          async deleteMany({ args, query }) {
            const result = await query(args);
            afterBatch(++batches);
            return result;
          },
        },
      },
    });
    onTestFinished(() => {
      delete shared.cliTestClient;
    });
    const path = await folder({ "client.mjs": "export const prisma = globalThis.cliTestClient;" });
    return { path, args: ["clear-expired", "--client", "client.mjs", "--batch-size", "2"] };
  }

  it("deletes through an extended client, and disconnects it", async () => {
    await db().prisma.session.createMany({ data: sessionRows(5) });
    const { path, args } = await clientFile();
    const disconnect = vi.spyOn(shared.cliTestClient as { $disconnect(): Promise<void> }, "$disconnect");
    const { exitCode, stdout } = await runIn(path, args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "5 expired rows deleted.\n" });
    expect(disconnect).toHaveBeenCalledOnce();
    expect(await db().prisma.session.count()).toBe(1);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("stops by %s after the running batch, says how far it came, and goes on at the next run", async (signal, code) => {
    await db().prisma.session.createMany({ data: sessionRows(7) });
    const signals = new EventEmitter();
    const { path, args } = await clientFile((batches) => batches === 2 && signals.emit(signal));
    expect(await runIn(path, args, { signals })).toEqual({
      exitCode: code,
      stdout: `Stopped by ${signal}: 4 expired rows deleted. Run the command again for the rest.\n`,
      stderr: "Stopping after the running batch. A second signal ends at once.\n",
      exits: [],
    });
    expect(signals.eventNames(), "later signals are nobody's").toEqual([]);
    expect(await db().prisma.session.count()).toBe(4);
    const again = await clientFile();
    expect(await runIn(again.path, [...again.args, "--json"])).toMatchObject({ stdout: '{"deleted":3}\n' });
  });

  it("ends at once by a second signal; one that comes with the first is the same wish", async () => {
    await db().prisma.session.createMany({ data: sessionRows(7) });
    let time = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => time);
    onTestFinished(() => clock.mockRestore());
    const signals = new EventEmitter();
    const { path, args } = await clientFile(() => {
      for (time of [1000, 1200, 1501]) signals.emit("SIGINT");
    });
    const { exits, stdout } = await runIn(path, [...args, "--json"], { signals });
    expect(exits).toEqual([130]);
    expect(stdout).toBe('{"deleted":2,"stoppedBy":"SIGINT"}\n');
  });

  it.each([
    ["table", "ALTER TABLE session RENAME TO session_away", "ALTER TABLE session_away RENAME TO session"],
    [
      "column",
      "ALTER TABLE session RENAME COLUMN expire_date TO other",
      "ALTER TABLE session RENAME COLUMN other TO expire_date",
    ],
  ])("says that the %s is missing, and which command to run", async (what, remove, restore) => {
    const { path, args } = await clientFile();
    await db().prisma.$executeRawUnsafe(remove);
    try {
      for (const options of [[], ["--dry-run"]]) {
        expect(await runIn(path, [...args, ...options])).toMatchObject({
          exitCode: 1,
          stdout: "",
          stderr: expect.stringMatching(
            what === "table"
              ? /session table because the database does not have it \(.*session.*\)\. Run `.*`npx prisma migrate deploy`/
              : /session table because it lacks a column .*expire_date.*\)\. Run `.*`npx prisma migrate deploy`/,
          ),
        });
      }
    } finally {
      await db().prisma.$executeRawUnsafe(restore);
    }
  });

  it("says how many rows were deleted before it failed", async () => {
    await db().prisma.session.createMany({ data: sessionRows(7) });
    const fail = (batches: number) => {
      if (batches >= 2) throw new Error("Connection\nterminated.");
    };
    const { path, args } = await clientFile(fail);
    expect(await runIn(path, args, { isTTY: true })).toMatchObject({
      exitCode: 1,
      stdout: "2 expired rows deleted before it failed.\n",
      stderr: expect.stringMatching(
        /\rprisma-db-session: The database failed: Connection terminated\. Fix the cause, and run .*Deleted rows stay deleted\.\n$/,
      ),
    });
  });
});
