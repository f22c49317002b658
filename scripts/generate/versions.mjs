import { mkdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const FOLDER = "test/versions";
const PROVIDERS = ["postgresql", "mysql"];

/** The folders of the Prisma versions in test/versions/. */
const VERSIONS = ["prisma-6", "prisma-7.0"];

/**
 * The clients of older Prisma versions. Each version has one client of the session table per
 * server. One more client of Prisma 6 exists only for its types.
 */
export async function versionClients() {
  const lockfile = `${FOLDER}/package-lock.json`;
  const clients = [
    {
      name: "prisma-6/types",
      schema: `${FOLDER}/prisma-6/types.prisma`,
      output: `${FOLDER}/prisma-6/generated/types`,
      entry: "index.d.ts",
      cli: `${FOLDER}/prisma-6`,
      lockfile,
    },
  ];
  for (const version of VERSIONS) {
    for (const provider of PROVIDERS) {
      const cli = `${FOLDER}/${version}`;
      const output = `${cli}/generated/${provider}`;
      const schema = `${cli}/generated/schemas/${provider}.prisma`;
      await writeSchema(version, provider, schema);
      clients.push({ name: `${version}/${provider}`, schema, output, cli, lockfile });
    }
  }
  return clients;
}

/**
 * Writes prisma/PROVIDER/schema.prisma in the form that the version needs. The copy gets the
 * modification time of the original, so that `isFresh` works.
 */
async function writeSchema(version, provider, path) {
  const source = `prisma/${provider}/schema.prisma`;
  const text = (await readFile(source, "utf8")).replace(/^ {2}output .*$/m, `  output   = "../${provider}"`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, version === "prisma-6" ? forPrisma6(text) : text);
  const { atime, mtime } = await stat(source);
  await utimes(path, atime, mtime);
}

/**
 * Prisma 6 reads the URL from the schema. Without this engine type, Prisma 6 would download a
 * native engine.
 */
const forPrisma6 = (schema) =>
  schema
    .replace(/^generator client \{$/m, '$&\n  engineType = "client"')
    .replace(/^datasource db \{$/m, '$&\n  url = env("DATABASE_URL")');
