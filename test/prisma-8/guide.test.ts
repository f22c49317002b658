// Does what docs/prisma-8.md and docs/prisma-8-from-7.md say, with their own files, commands and SQL, on a server whose time zone is not UTC.
import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { createSessions, prismaStore } from "prisma-db-session";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { PrismaClient } from "../../generated/postgresql/client.ts";
import { PrismaClient as TimestamptzClient } from "../../generated/timestamptz/client.ts";
import { adapters } from "../databases/adapters.ts";
import { prisma8With } from "../databases/prisma-8.ts";
import { migration, runSql, uniqueName, withDatabase } from "../databases/sql.ts";
import { sessionTable } from "../databases/table.ts";
import { codeBlocksOf, fileOf, root } from "../docs/code-blocks.ts";
import { skippedBecause } from "../skipped.ts";
import { SECRET, type ShopData, storedKey } from "../support.ts";
import { connectPrisma8, openPrisma8 } from "./client.ts";

const run = promisify(execFile);
const server = inject("postgresql");
const skipReason = prisma8With(sessionTable)[0]?.skipReason;
/** First to start, then to move. */
const DOCUMENTS = ["docs/prisma-8.md", "docs/prisma-8-from-7.md"];
const textOfGuide = async () =>
  (await Promise.all(DOCUMENTS.map((document) => readFile(join(root, document), "utf8")))).join("\n");
const blocksOfGuide = async () => (await Promise.all(DOCUMENTS.map(codeBlocksOf))).flat();
const folder = join(root, "test/prisma-8/postgresql/generated/guide");
/** Nine hours from UTC. */
const ZONE = "Asia/Tokyo";

/** A database without tables. */
async function emptyDatabase(): Promise<string> {
  if (!("url" in server)) throw new Error(server.skipReason);
  const name = uniqueName("t");
  const sql = (statement: string) => runSql(adapters.postgresql(server.url), [statement]);
  await sql(`CREATE DATABASE ${name}`);
  onTestFinished(() => sql(`DROP DATABASE ${name} WITH (FORCE)`));
  await sql(`ALTER DATABASE ${name} SET TimeZone TO '${ZONE}'`);
  return withDatabase(server.url, name);
}

/** Where the project finds the package's source. */
const PATHS = {
  "prisma-db-session": ["../../../../../src/index.ts"],
  "prisma-db-session/*": ["../../../../../src/*/index.ts"],
};

/** The table of Prisma 7, as the README's quick start makes it. */
async function createTableOfPrisma7(url: string): Promise<void> {
  const owner = [
    'ALTER TABLE "session" ADD COLUMN "user_id" INTEGER',
    'CREATE INDEX "session_user_id_idx" ON "session"("user_id")',
  ];
  await runSql(adapters.postgresql(url), [...(await migration("postgresql")), ...owner]);
}

/** As the guide's client, it does not compare the contract with the database's. */
const connect = (url: string) => connectPrisma8({ provider: "postgresql", url, verifyMarker: false });

/** The files of the guide, in a project of their own that finds Prisma 8. */
async function writeProject(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ type: "module", dependencies: { "@prisma/orm-postgres": "8.0.0-rc.13" } }),
    "tsconfig.json": JSON.stringify({
      extends: "../../../../../tsconfig.json",
      // A reader's app, as create-next-app makes it, is strict, and has not this option.
      compilerOptions: {
        exactOptionalPropertyTypes: false,
        lib: ["ES2023", "ES2024.String", "DOM"],
        jsx: "react-jsx",
        paths: { ...PATHS, "@/*": ["./*"] },
        resolveJsonModule: true,
      },
      include: ["app", "src", "lib", "prisma.config.ts"],
      exclude: [],
    }),
    // What Prisma 7 generates in the reader's app.
    "generated/prisma/client.ts":
      'export { PrismaClient } from "../../../../../../../generated/postgresql/client.ts";\n',
  };
  // The guide replaces the first steps of the quick start, not its later ones.
  for (const { language, code } of [...(await codeBlocksOf("README.md")), ...(await blocksOfGuide())]) {
    if (language === "prisma") files["src/prisma/contract.prisma"] = code;
    if (language.startsWith("ts")) files[fileOf(code)] = code;
  }
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

/** The commands of Prisma that the guide's blocks have, in their order: to start, to change the contract, to move. */
async function commands(): Promise<readonly string[][]> {
  const shells = (await blocksOfGuide()).filter(({ language }) => language === "sh");
  const found = shells.map(({ code }) => [...code.matchAll(/^npx prisma (.*)$/gm)].map(([, command = ""]) => command));
  return found.filter((block) => block.length > 0);
}

const CONTRACT = join(folder, "src/prisma/contract.prisma");
const lastMigration = async () =>
  (await readdir(join(folder, "migrations/app")))
    .filter((name) => /^\d/.test(name))
    .sort()
    .at(-1) ?? "";

/** Adds a column as the guide says. */
async function changeContract(url: string): Promise<void> {
  const contract = await readFile(CONTRACT, "utf8");
  await writeFile(CONTRACT, contract.replace("  data ", "  device String?\n$&"));
  const [, change = []] = await commands();
  expect(change).toEqual(["contract emit", "migration plan --name change --from FOLDER", "db migrate"]);
  const last = await lastMigration();
  for (const command of change) await prisma8(command.replace("FOLDER", last), url);
  await prisma8("db verify", url);
  await runSql(adapters.postgresql(url), ["UPDATE session SET device = 'phone'"]);
}

/** The versions of Prisma 8's packages that the tests run. */
async function versionOf(name: string): Promise<string> {
  const text = await readFile(join(root, "test/prisma-8/node_modules", name, "package.json"), "utf8");
  return JSON.parse(text).version;
}

const prisma8 = (command: string, url: string) =>
  run(process.execPath, [join(root, "test/prisma-8/prisma.mjs"), ...command.split(" "), "--format", "human"], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: url },
  });

describe.skipIf(skipReason)(`The guide to a project with Prisma 8${skippedBecause(skipReason)}`, () => {
  it("makes the table of a new project, whose code compiles", async () => {
    const url = await emptyDatabase();
    await writeProject();
    const [make = []] = await commands();
    expect(make).toEqual(["contract emit", "migration plan --name session", "db migrate"]);
    for (const command of make) await prisma8(command, url);
    await prisma8("db verify", url);

    const { store, close } = await connect(url);
    onTestFinished(close);
    const sessions = createSessions<ShopData>({ store, secret: SECRET });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    expect((await sessions.load(session.sessionKey)).get("userId")).toBe(7);

    // The table of differences: what the first statement of a client costs.
    for (const [count, options] of [
      [4, {}],
      [1, { verifyMarker: false }],
    ] as const) {
      const queries: string[] = [];
      const onQuery = (sql: string) => queries.push(sql);
      const { store, close } = await openPrisma8({ provider: "postgresql", url, onQuery, ...options });
      onTestFinished(close);
      await store.find("a");
      expect(queries).toHaveLength(count);
    }

    await changeContract(url);
    // A contract with a relation, which older commands wrote wrongly.
    const contract = await readFile(CONTRACT, "utf8");
    const relation = "  user User? @relation(fields: [userId], references: [id])\n";
    await writeFile(
      CONTRACT,
      `${contract.replace("  data ", `${relation}$&`)}\nmodel User {\n  id Int @id\n  sessions Session[]\n}\n`,
    );
    await prisma8("contract emit", url);

    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const compiled = await run(process.execPath, [tsc, "-p", folder]).catch(({ stdout }) => ({ stdout }));
    expect(compiled.stdout).toBe("");
  }, 240_000);

  it("moves a project from Prisma 7 and signs nobody out", async () => {
    const url = await emptyDatabase();
    const sql = (statement: string) => runSql(adapters.postgresql(url), [statement]);
    await createTableOfPrisma7(url);
    await sql("CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY)");
    const open = async (store: Parameters<typeof createSessions>[0]["store"], key?: string) =>
      createSessions<ShopData>({ store, secret: SECRET }).load(key);
    const ended = (client: { $disconnect(): Promise<void> }) => onTestFinished(() => client.$disconnect());

    // Before: plain timestamps, and connections in the server's time zone.
    const before = new PrismaClient({ adapter: new PrismaPg(url) });
    ended(before);
    const session = await open(prismaStore(before.session));
    session.set("userId", 7);
    session.setExpiry(3600);
    await session.save();
    const key = session.sessionKey as string;
    const expiry = (await prismaStore(before.session).find(storedKey(key)))?.expireDate;
    expect(expiry).toBeInstanceOf(Date);

    // 1. UTC on every connection of Prisma 7.
    const inUtc = { connectionString: url, options: "-c TimeZone=UTC" };
    const [lib] = (await blocksOfGuide()).filter(({ code }) => code.startsWith("// lib/prisma.ts"));
    expect(lib?.code).toContain(inUtc.options);
    const utc = new PrismaClient({ adapter: new PrismaPg(inUtc) });
    ended(utc);
    const seven = await open(prismaStore(utc.session), key);
    seven.set("note", "step 1");
    seven.setExpiry(expiry ?? null);
    await seven.save();

    // 2. The column's type, on a connection in the server's time zone.
    const [change] = (await blocksOfGuide()).filter(({ language }) => language === "sql");
    await sql(change?.code ?? "");
    const timestamptz = new TimestamptzClient({ adapter: new PrismaPg(inUtc) });
    ended(timestamptz);
    for (const client of [utc, timestamptz]) {
      expect((await prismaStore(client.session).find(storedKey(key)))?.expireDate).toEqual(expiry);
    }

    // 3. Prisma 8 adopts the table.
    await writeProject();
    const [, , adopt = []] = await commands();
    expect(adopt).toEqual(["contract emit", "migration plan --name session", "db sign", "db verify"]);
    for (const command of adopt) await prisma8(command, url);

    // 4. The other option.
    const { store, close } = await connect(url);
    onTestFinished(close);
    expect((await store.find(storedKey(key)))?.expireDate).toEqual(expiry);
    const eight = await open(store, key);
    expect(eight.toJSON()).toEqual({ userId: 7, note: "step 1" });
    // An instance of each at once.
    const other = await open(prismaStore(timestamptz.session), key);
    eight.set("note", "by Prisma 8");
    other.set("cart", ["by Prisma 7"]);
    await eight.save();
    await other.save();
    const both = { userId: 7, note: "by Prisma 8", cart: ["by Prisma 7"] };
    expect((await open(store, key)).toJSON()).toEqual(both);
    expect((await open(prismaStore(timestamptz.session), key)).toJSON()).toEqual(both);
    expect((await store.find(storedKey(key)))?.expireDate).toEqual(expiry);

    const { stdout, stderr } = await prisma8("db update --dry-run", url);
    expect(stdout + stderr).toContain('DROP TABLE "public"."_prisma_migrations"');

    await changeContract(url);
    expect((await open(store, key)).toJSON()).toEqual(both);
  }, 240_000);

  it("moves in the order that keeps every expiry right", async () => {
    const text = await readFile(join(root, "docs/prisma-8-from-7.md"), "utf8");
    const steps = ["-c TimeZone=UTC", "USING expire_date AT TIME ZONE 'UTC'", "npm install @prisma/orm-postgres@"];
    const places = steps.map((step) => text.indexOf(step));
    expect(Math.min(...places)).toBeGreaterThan(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("names the versions that were run, wherever it installs Prisma 8", async () => {
    const text = await textOfGuide();
    const [start = "", move = ""] = text.split("# Move from Prisma 7");
    expect(start).toContain(`\`@prisma/orm-toolchain\` ${await versionOf("@prisma/orm-toolchain")}`);
    const installed = (section: string) =>
      [...section.matchAll(/^npm install .*?(\S+@\S+)$/gm)].map(([, name]) => name);
    expect(installed(start)[0]).toBe(`@prisma/orm-postgres@${await versionOf("@prisma/orm-postgres")}`);
    expect(installed(start)).toHaveLength(2);
    expect(installed(move)).toEqual(installed(start));
    expect(move).toContain("Replace `prisma.config.ts`");
  });

  it("adds the model to a project that has migrations", async () => {
    const url = await emptyDatabase();
    await writeProject();
    const contract = await readFile(CONTRACT, "utf8");
    await writeFile(CONTRACT, "// use prisma-8\n\nmodel User {\n  id Int @id\n}\n");
    for (const command of ["contract emit", "migration plan --name user", "db migrate"]) await prisma8(command, url);
    await writeFile(CONTRACT, `${contract}\nmodel User {\n  id Int @id\n}\n`);
    const guide = await textOfGuide();
    const [, section = ""] = guide.split(/^\*\*[34]\. /m);
    const add = [...section.matchAll(/^npx prisma (.*)$/gm)].map(([, command = ""]) => command);
    expect(add).toEqual(["contract emit", "migration plan --name session", "db migrate"]);
    const option = /add `(--from)` to `migration plan`/.exec(section)?.[1];
    const last = await lastMigration();
    for (const command of add)
      await prisma8(command.startsWith("migration plan") && option ? `${command} ${option} ${last}` : command, url);
    await prisma8("db verify", url);
    const { store, close } = await connect(url);
    onTestFinished(close);
    expect(await store.find("a")).toBeUndefined();
  }, 240_000);

  it("is right that `db update` and Prisma 7's own SQL move the expiry outside of UTC", async () => {
    const url = await emptyDatabase();
    await createTableOfPrisma7(url);
    await writeProject();
    await prisma8("contract emit", url);
    const refused = await prisma8("db sign", url).catch(({ stdout, stderr }) => ({ stdout, stderr }));
    expect(refused.stdout + refused.stderr).toMatch(/mismatch: .*expire_date/);
    const { stdout, stderr } = await prisma8("db update --dry-run", url);
    expect(stdout + stderr).toContain('TYPE timestamptz(3) USING "expire_date"::timestamptz(3)');

    const before = new PrismaClient({ adapter: new PrismaPg(url) });
    onTestFinished(() => before.$disconnect());
    const expireDate = new Date("2030-01-01T00:00:00.000Z");
    await before.session.createMany({ data: { key: "a", data: "v1.text", expireDate } });
    // As `prisma migrate diff` of Prisma 7 writes it.
    await runSql(adapters.postgresql(url), [
      'ALTER TABLE "session" ALTER COLUMN "expire_date" SET DATA TYPE TIMESTAMPTZ(3)',
    ]);
    const { store, close } = await connect(url);
    onTestFinished(close);
    expect((await store.find("a"))?.expireDate).toEqual(new Date("2029-12-31T15:00:00.000Z"));
  }, 240_000);
});
