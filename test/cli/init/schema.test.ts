import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { folder } from "../support.ts";
import { filesIn, freshApp, init, schemaFor, text } from "./support.ts";

beforeEach(() => {
  vi.stubEnv("SESSION_SECRET", "s".repeat(32));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const SCHEMA = "prisma/schema.prisma";

async function added(schema: string): Promise<string> {
  const path = await freshApp({ [SCHEMA]: schema });
  expect(await init(path, "--yes")).toMatchObject({ exitCode: 0, stderr: "" });
  const now = await text(path, SCHEMA);
  expect(now.startsWith(schema)).toBe(true);
  return now.slice(schema.length);
}

describe("the model", () => {
  it.each([
    ["postgresql", "  data       String\n"],
    ["postgres", "  data       String\n"],
    ["cockroachdb", "  data       String\n"],
    ["sqlite", "  data       String\n"],
    ["mysql", "  data       String   @db.LongText\n"],
  ])("is that of %s", async (provider, data) => {
    expect(await added(schemaFor(provider))).toContain(data);
  });

  it.each([
    ["mysql", "id Int @id", "  data       String   @main.LongText\n"],
    ["postgresql", "id String @id @main.Uuid", '  userId     String?  @map("user_id") @main.Uuid\n'],
  ])("has the native types of a datasource with another name: %s", async (provider, id, line) => {
    const schema = schemaFor(provider, `model User {\n  ${id}\n}\n`).replace("datasource db", "datasource main");
    expect(await added(schema)).toContain(line);
  });

  it.each(["mongodb", "sqlserver"])("is refused for %s", async (provider) => {
    const path = await freshApp({ [SCHEMA]: schemaFor(provider) });
    const before = await filesIn(path);
    const { exitCode, stderr } = await init(path, "--yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`is "${provider}", which prisma-db-session does not support. Use postgresql, mysql,`);
    expect(await filesIn(path)).toEqual(before);
  });

  it.each([
    ["Auth.js's Session", "model Session {\n  id String @id\n}\n", "DbSession", "db_session"],
    ["a table of that name", 'model Login {\n  id String @id\n  @@map("SESSION")\n}\n', "DbSession", "db_session"],
    ["an enum of that name", "enum Session {\n  A\n}\n", "DbSession", "db_session"],
    ["a model in lower case", "model session {\n  id String @id\n}\n", "DbSession", "db_session"],
    [
      "both names",
      'model Session {\n  id String @id\n  @@map("sessions")\n}\n\nmodel X {\n  id Int @id\n  @@map(name: "Db_Session")\n}\n',
      "DbSession2",
      "db_session_2",
    ],
    ["a comment alone", "// model Session {\n// }\n/*\nmodel Session {\n}\n*/\n", "Session", "session"],
    ["the word in a string", 'model A {\n  id String @id @default("model Session { // }")\n}\n', "Session", "session"],
  ])("has a name that is free beside %s", async (_, more, name, table) => {
    const path = await freshApp({ [SCHEMA]: schemaFor("sqlite", more) });
    const { stdout } = await init(path, "--yes");
    const schema = await text(path, SCHEMA);
    const accessor = `${name[0]?.toLowerCase()}${name.slice(1)}`;
    expect(stdout.includes(`The other commands need the name of the model: add --model ${accessor}.`)).toBe(
      name !== "Session",
    );
    expect(schema).toContain(`\nmodel ${name} {\n`);
    expect(schema).toContain(`  @@map("${table}")\n`);
    expect(await text(path, "lib/session.ts")).toContain(`model: prisma.${accessor},`);
    expect((await init(path)).stdout).toMatch(/^Nothing to write/);
  });

  it.each([
    ["id Int @id @default(autoincrement())", 'userId     Int?     @map("user_id")', "number", "data.userId ?? null"],
    ["id String @id @default(cuid())", 'userId     String?  @map("user_id")', "string", "data.userId ?? null"],
    ["id String @id @db.Uuid", 'userId     String?  @map("user_id") @db.Uuid', "string", "data.userId ?? null"],
    ["id String @id @db.VarChar(36)", 'userId     String?  @map("user_id") @db.VarChar(36)', "string", "data.userId"],
    ["id BigInt @id", 'userId     BigInt?  @map("user_id")', "string", "undefined ? null : BigInt(data.userId)"],
    ["id Bytes @id", 'userId     Int?     @map("user_id")', "number", "data.userId ?? null"],
  ])("has an owner column for User { %s }", async (id, column, type, value) => {
    const path = await freshApp({ [SCHEMA]: schemaFor("postgresql", `model User {\n  ${id}\n}\n`) });
    await init(path, "--yes");
    expect(await text(path, SCHEMA)).toContain(`  ${column}\n`);
    const session = await text(path, "lib/session.ts");
    expect(session).toContain(`  userId: ${type};\n`);
    expect(session).toContain(value);
  });

  it.each([
    ['schemas  = ["auth", "public"]', '  @@schema("public")\n'],
    ['schemas  = ["auth"]', '  @@schema("auth")\n'],
  ])("names a schema of the database if the datasource has %s", async (schemas, line) => {
    const schema = schemaFor("postgresql").replace('provider = "postgresql"', `provider = "postgresql"\n  ${schemas}`);
    expect(await added(schema)).toContain(`  @@map("session")\n${line}}`);
  });

  it("is the user's own if there is one, with its own name and columns", async () => {
    const model = "model Visit {\n  key String @id\n  data String\n  expireDate DateTime\n}\n";
    const path = await freshApp({ [SCHEMA]: schemaFor("sqlite", model) });
    const { stdout } = await init(path, "--yes");
    expect(stdout).toContain("Wrote lib/session.ts.\n");
    expect(stdout).not.toContain("migrate");
    const session = await text(path, "lib/session.ts");
    expect(session).toContain("model: prisma.visit,");
    expect(session).not.toContain("columns");
  });

  it.each([
    ["ends without a line break", schemaFor("sqlite").trimEnd(), "\n\nmodel Session {\n"],
    ["has CRLF", schemaFor("sqlite").replaceAll("\n", "\r\n"), "\r\nmodel Session {\r\n  key        String   @id\r\n"],
    ["begins with a byte order mark", `\ufeff${schemaFor("sqlite")}`, "\nmodel Session {\n"],
  ])("is added to a file that %s", async (_, schema, begin) => {
    const text = await added(schema);
    expect(text.startsWith(begin)).toBe(true);
    if (schema.includes("\r")) expect(text.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it.each([
    [
      "UTF-16",
      Buffer.from(`\ufeff${schemaFor("sqlite")}`, "utf16le").toString("latin1"),
      "must be a text file in UTF-8",
    ],
    ["nothing", "", "no `datasource` block"],
  ])("is not added to a file of %s", async (_, schema, what) => {
    const path = await freshApp({ [SCHEMA]: undefined });
    await mkdir(join(path, "prisma"));
    await writeFile(join(path, SCHEMA), schema, "latin1");
    const { exitCode, stderr } = await init(path, "--yes");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(what);
  });
});

describe("the schema is found", () => {
  const elsewhere = (files: Record<string, string>) =>
    freshApp({ [SCHEMA]: undefined, "db/main.prisma": schemaFor("sqlite"), ...files });

  it.each([
    ["--schema", {}, ["--schema", "db/main.prisma"]],
    ["a folder", {}, ["--schema=db"]],
    ["prisma.config.ts", { "prisma.config.ts": 'export default { schema: "db/main.prisma", x: env("NONE") };' }, []],
    [
      "prisma.config.mjs that computes it",
      { "prisma.config.mjs": 'const schema = ["db", "main.prisma"].join("/"); export default { schema };' },
      [],
    ],
    [
      "a config whose adapter has a schema, too",
      {
        "prisma.config.mjs":
          'export default { adapter: () => adapt("{", { schema: "app" }), schema: "db/main.prisma" };',
      },
      [],
    ],
    [
      "a config that computes it, whose adapter has a schema, too",
      {
        "prisma.config.mjs":
          'const schema = ["db", "main.prisma"].join("/"); export default { adapter: { schema: "app" }, schema };',
      },
      [],
    ],
    [
      "package.json with a byte order mark",
      { "package.json": '\ufeff{ "prisma": { "schema": "db/main.prisma" } }' },
      [],
    ],
    [".config/prisma.ts", { ".config/prisma.ts": "export default defineConfig({ schema: '../db/main.prisma' })" }, []],
    ["package.json", { "package.json": '{ "prisma": { "schema": "db/main.prisma" } }' }, []],
  ])("by %s", async (_, files, args) => {
    const path = await elsewhere(files);
    expect(await init(path, "--yes", ...args)).toMatchObject({ exitCode: 0 });
    const all = await filesIn(path);
    expect(`${all["db/main.prisma"]}${all["db/session.prisma"]}`).toContain("model Session {");
  });

  it("as a folder of several files, and the model gets a file of its own", async () => {
    const path = await freshApp({
      [SCHEMA]: undefined,
      "prisma/schema/main.prisma": schemaFor("mysql"),
      "prisma/schema/auth/user.prisma": "model Session {\n  id Int @id\n}\n",
      "prisma/schema/migrations/1/migration.sql": "",
    });
    const before = await filesIn(path);
    await init(path, "--yes");
    const { "prisma/schema/session.prisma": model, "lib/session.ts": _, ...rest } = await filesIn(path);
    expect(model).toMatch(/^model DbSession \{\n {2}key {8}String {3}@id\n {2}data {7}String {3}@db\.LongText\n/);
    expect(rest).toEqual(before);
    expect((await init(path)).stdout).toMatch(/^Nothing to write/);
  });

  it("and a file of that name in the folder is left alone", async () => {
    const own = "model Session {\n  id Int @id\n}\n";
    const path = await freshApp({
      [SCHEMA]: undefined,
      "prisma/schema/main.prisma": schemaFor("sqlite"),
      "prisma/schema/session.prisma": own,
    });
    await init(path, "--yes");
    expect(await text(path, "prisma/schema/session.prisma")).toBe(own);
    expect(await text(path, "prisma/schema/db-session.prisma")).toMatch(/^model DbSession \{/);
  });

  it("and the lock of an editor in the folder is no part of it", async () => {
    const path = await freshApp({ [SCHEMA]: undefined, "prisma/schema/main.prisma": schemaFor("sqlite") });
    await symlink("me@host.123", join(path, "prisma/schema/.#main.prisma"));
    expect(await init(path, "--yes")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it.each([
    ["--schema", ["--schema", "db/main.prisma"], "db/main.prisma"],
    ["--schema and a folder", ["--schema", "db"], "db"],
    ["a folder that Prisma does not look for", [], "prisma/schema"],
  ])("and the commands name it after %s", async (_, args, named) => {
    const path = await (args.length > 0
      ? elsewhere({})
      : freshApp({ [SCHEMA]: undefined, "prisma/schema/main.prisma": schemaFor("sqlite") }));
    const { stdout } = await init(path, "--yes", ...args);
    expect(stdout).toContain(
      `\n  npx prisma@7 migrate dev --name session --schema ${named}\n  npx prisma@7 generate --schema ${named}\n`,
    );
  });

  it("in another package, where the commands are run", async () => {
    const root = await folder({
      "package.json": "{}",
      "apps/web/package.json": "{}",
      "packages/db/package.json": "{}",
      "packages/db/node_modules/prisma/package.json": '{ "version": "6.19.0" }',
      "packages/db/prisma/schema.prisma": schemaFor("sqlite"),
    });
    const { stdout } = await init(
      join(root, "apps/web"),
      "--yes",
      "--schema",
      "../../packages/db/prisma/schema.prisma",
    );
    expect(stdout).toContain(
      "\n  cd ../../packages/db\n  npx prisma@6 migrate dev --name session --schema prisma/schema.prisma\n",
    );
  });

  it("and the import is relative without an alias", async () => {
    const path = await freshApp({ "tsconfig.json": "{}" });
    const { stdout } = await init(path, "--yes");
    expect(stdout).toContain(
      'import { getSession, withSession } from "./lib/session"; // from a file beside package.json\n',
    );
  });

  it("where a link leads, which stays a link", async () => {
    const path = await elsewhere({});
    await symlink(join(path, "db/main.prisma"), join(path, "schema.prisma"));
    const { stdout } = await init(path, "--yes");
    expect(stdout).toContain("+++ db/main.prisma\n");
    expect(await text(path, "db/main.prisma")).toContain("model Session {");
  });

  it.each([
    [
      "nowhere",
      {},
      [],
      "no Prisma schema at prisma/schema.prisma or prisma/schema. Run the command in the folder of your app",
    ],
    ["by a package.json that is broken", { "package.json": "{" }, [], "Cannot read package.json ("],
    ["by a wrong --schema", {}, ["--schema", "no.prisma"], "no Prisma schema at no.prisma, which --schema names."],
    ["in an empty folder", { "lib/x.ts": "" }, ["--schema", "lib"], "no Prisma schema at lib, which --schema names."],
    [
      "by a wrong config",
      { "prisma.config.ts": 'export default { schema: "no.prisma" }' },
      [],
      "which prisma.config.ts names.",
    ],
    [
      "by a config that throws",
      { "prisma.config.mjs": 'export const schema = (() => { throw new Error("at postgres://u:s3cret@db/x"); })();' },
      [],
      "prisma.config.mjs does not load: at postgres://***@db/x. Give --schema the path of the schema.",
    ],
  ])("%s", async (_, files, args, what) => {
    const path = await elsewhere(files);
    const before = await filesIn(path);
    const { exitCode, stdout, stderr } = await init(path, "--yes", ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain(what);
    expect(stderr).toMatch(/^prisma-db-session: [^\n]+\.\n$/);
    expect(await filesIn(path)).toEqual(before);
  });
});
