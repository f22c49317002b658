// What a person does wrong at night, with each command that reads or deletes sessions.
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { describeEachPrisma7OwnedDatabase } from "../databases/index.ts";
import type { OwnedTestClient, Provider } from "../databases/types.ts";
import { insert, keysIn, runOn } from "./sessions-support.ts";
import { folder, root, runIn } from "./support.ts";

const COMMANDS: string[][] = [["list"], ["stats"], ["revoke", "--all", "--yes"]];
const CONDITIONS: string[][] = [["list"], ["revoke", "--yes"]];
const PASSWORD = "s3cret-password";
const PARAGRAPH = /^prisma-db-session: [^\n]+\.\n$/;

const ADAPTERS: Record<Provider, string> = {
  sqlite: `import { PrismaLibSql } from "@prisma/adapter-libsql"; const adapter = new PrismaLibSql({ url: url });`,
  postgresql: `import { PrismaPg } from "@prisma/adapter-pg"; const adapter = new PrismaPg({ connectionString: url });`,
  mysql: `import { PrismaMariaDb } from "@prisma/adapter-mariadb"; const adapter = new PrismaMariaDb(url);`,
};

/** How a model of Prisma describes its fields. */
const fieldsOf = (names: readonly string[]) => ({
  fields: Object.fromEntries(names.map((name) => [name, { name, typeName: "String" }])),
});

/** An app whose lib/prisma.ts connects to a URL. */
async function appAt(provider: Provider, url: string) {
  const path = await folder({
    "lib/prisma.ts": `
      ${ADAPTERS[provider].replace(/\burl\b(?!:)/, JSON.stringify(url))}
      import { PrismaClient } from "../generated/client";
      export const prisma = new PrismaClient({ adapter });`,
  });
  await symlink(join(root, "node_modules"), join(path, "node_modules"), "junction");
  await symlink(join(root, `generated/owned-${provider}`), join(path, "generated"), "junction");
  return path;
}

it.each([
  ["list", "--client"],
  ["doctor", "--client"],
  ["revoke", "--all", "--client"],
  ["init", "--schema"],
])("a URL in place of a path: %s %s", async (...command) => {
  const url = `postgres://shop:${PASSWORD}@db/shop`;
  const { exitCode, stdout, stderr } = await runIn(await folder(), [...command, url]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(PARAGRAPH);
  expect(stderr).toContain(`${command.at(-1)} must be a path, but it is a URL.`);
  expect(stderr).not.toContain(PASSWORD);
});

it("an empty URL", async () => {
  const path = await appAt("sqlite", "");
  const { exitCode, stderr } = await runIn(path, ["list", "--client", "lib/prisma.ts"]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(PARAGRAPH);
  expect(stderr).toContain("in the .env file of the folder in which you run the command. An empty URL means");
});

describe("a server that never answers", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([...COMMANDS, ["list", "--json"], ["clear-expired"]])("%s %s", async (...command) => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const silent = () => {
      asked();
      return new Promise(() => {});
    };
    const names = ["findUnique", "findMany", "createMany", "updateMany", "deleteMany", "count"];
    const session = Object.fromEntries(names.map((name) => [name, silent]));
    const client = { $connect: async () => {}, $disconnect: async () => {}, session };
    const path = await folder({ "client.mjs": "export const prisma = globalThis.silentClient;" });
    Object.assign(globalThis, { silentClient: client });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const [name = "", ...rest] = command;
    const running = runIn(path, [name, "--client", "client.mjs", ...rest]);
    await isAsked;
    await vi.advanceTimersByTimeAsync(31_000);
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^Waiting for the database\.\.\.\nprisma-db-session: The database is silent: No answer [^\n]+\n$/,
    );
    if (rest.includes("--json")) expect(JSON.parse(stdout).error).toContain("is silent");
  });
});

describeEachPrisma7OwnedDatabase("a mistake at night", (db, { provider }) => {
  const elsewhere = (change: (url: URL) => void) => {
    const url = new URL(db().url);
    change(url);
    return url.href;
  };

  /** The pool of MariaDB tries again for ten seconds. */
  const SOON = provider === "mysql" ? "acquireTimeout=500" : "";

  it.each(COMMANDS)("no server: %s", async (...command) => {
    const url =
      provider === "sqlite"
        ? "file:/missing/folder/app.db"
        : elsewhere((url) =>
            Object.assign(url, { hostname: "127.0.0.1", port: "1", password: PASSWORD, search: SOON }),
          );
    const path = await appAt(provider, url);
    const [name = "", ...rest] = command;
    const { exitCode, stdout, stderr } = await runIn(path, [name, "--client", "lib/prisma.ts", ...rest]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(PARAGRAPH);
    expect(stderr).toContain("The database cannot be reached");
    expect(stderr).not.toContain(PASSWORD);
  });

  // SQLite makes the database.
  if (provider !== "sqlite") {
    it("no such database", async () => {
      const path = await appAt(
        provider,
        elsewhere((url) => Object.assign(url, { pathname: "/nowhere", search: SOON })),
      );
      const { exitCode, stderr } = await runIn(path, ["list", "--client", "lib/prisma.ts"]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(PARAGRAPH);
      expect(stderr).toContain(
        // The pool of MariaDB does not tell what the server said.
        provider === "mysql" ? "Check that it runs, and that the URL is right." : "The database does not exist",
      );
    });
  }

  it.each(COMMANDS)("no table: %s", async (...command) => {
    await db().prisma.$executeRawUnsafe("ALTER TABLE session RENAME TO session_away");
    try {
      const { exitCode, stdout, stderr } = await runOn(db(), command, { keepDatabase: true });
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      // A wrong database is the usual cause, so its name comes first.
      const [, paragraph] = /^Database: \S+[^\n]*\n(.*)$/s.exec(stderr) ?? [];
      expect(paragraph).toMatch(PARAGRAPH);
      expect(paragraph).toContain("Run `npx prisma migrate dev` in development");
    } finally {
      await db().prisma.$executeRawUnsafe("ALTER TABLE session_away RENAME TO session");
    }
  });

  describe.each(CONDITIONS)("%s", (...command) => {
    it.each([
      ['{"userid":7}', "Unknown argument `userid`. Did you mean `userId`? Name the fields of your Prisma model."],
      ['{"nothing":{"like":1}}', "Unknown argument `nothing`."],
      [
        '{"userId":"7"}',
        "Argument `userId`: Invalid value provided. Expected IntNullableFilter, Int or Null, provided St",
      ],
      ['{"userId":{"equal":7}}', "Unknown argument `equal`. Did you mean `equals`?"],
      ['{"createdAt":{"lt":"2026-01-31"}}', "Expected ISO-8601 DateTime. Write a date as in 2026-01-31T00:00:00Z."],
      ['{"createdAt":{"lt":"yesterday"}}', "Write a date as in 2026-01-31T00:00:00Z."],
      ['{"OR":[]}', "In --where, OR is empty"],
      ['{"userId":{}}', "In --where, userId is empty"],
      ['{"userId":7,"userId":8}', "--where has the key userId twice in one object"],
      ['{"OR":[{"userId":7},{"address":":","a\\u0064dress":"x"}]}', "--where has the key address twice in one object"],
      ['{"__proto__":{"userId":7}}', "--where must not contain __proto__, which Prisma ignores."],
      ['{"userId":9007199254740993}', "In --where, the number 9007199254740992 does not fit the column userId."],
      ['{"userId":7.5}', "In --where, the number 7.5 does not fit the column userId. Give a whole number"],
      ['{"NOT":[{"userId":{"in":[8,1099511627776]}}]}', "the number 1099511627776 does not fit the column userId"],
      ['{"userId":1e999}', "In --where, userId is"],
      ["{userId:7}", "--where must be JSON, but it is {userId:7}. A shell removes quotes"],
      ['"userId"', '--where must be a JSON object, but it is "userId".'],
      ["[]", "--where must be a JSON object, but it is []."],
      ["7", "--where must be a JSON object"],
      ["null", "--where must be a JSON object"],
      ["", "--where must be JSON, but it is empty."],
      ["\u001b[2J", "--where must be JSON, but it is \\u{1b}[2J."],
    ])("--where %s", async (where, what) => {
      await insert(db(), [{ key: "one", userId: 7 }, { key: "two" }]);
      const { exitCode, stdout, stderr } = await runOn(db(), [...command, "--where", where]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(PARAGRAPH);
      expect(stderr).toContain(what);
      expect(await keysIn(db())).toEqual(["one", "two"]);
    });
  });

  it.each([...COMMANDS, ["clear-expired"], ["doctor"]])("the model of Auth.js: %s", async (...command) => {
    await insert(db(), [{ key: "one" }]);
    const authjs = { ...fieldsOf(["id", "sessionToken", "expires"]), count() {}, findMany() {} };
    const extend = (client: OwnedTestClient) => ({
      $connect: async () => {},
      $disconnect: async () => {},
      session: authjs,
      user: authjs,
      dbSession: client.session,
    });
    const { exitCode, stdout, stderr } = await runOn(db(), command, { extend });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe(
      "prisma-db-session: The model `session` of your Prisma client does not hold the sessions of this package. " +
        "Choose the right model, as in `--model dbSession`.\n",
    );
    const [name = "", ...rest] = command;
    if (name === "doctor") return;
    expect((await runOn(db(), [name, "--model", "dbSession", ...rest], { extend })).exitCode).toBe(0);
    expect(await keysIn(db())).toEqual(name === "revoke" ? [] : ["one"]);
  });

  it.each(COMMANDS)("the wrong database: %s names it, without credentials", async (...command) => {
    const url = new URL(db().url.replace(/^file:/, "file://"));
    const { stderr } = await runOn(db(), command, { keepDatabase: true });
    const name =
      provider === "sqlite"
        ? /^Database: \/.*\.\w+\n/
        : new RegExp(`^Database: ${url.pathname.slice(1)} on \\S+:\\d+\n`);
    expect(stderr).toMatch(name);
    if (url.password) expect(stderr).not.toContain(url.password);
  });

  it("a column that is not there, or that is never shown", async () => {
    for (const [columns, what] of [
      [
        "userid",
        'no column "userid" for --columns. Did you mean `userId`? It has userId, address, userAgent, createdAt.',
      ],
      ["userId,", 'no column "" for --columns. It has userId,'],
      ["key", "--columns cannot name key: it is never shown."],
      ["userId,data", "--columns cannot name data: it is never shown."],
    ] as const) {
      const { exitCode, stdout, stderr } = await runOn(db(), ["list", "--columns", columns]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
      expect(stderr).toMatch(PARAGRAPH);
      expect(stderr).toContain(what);
    }
  });
});
