import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { TestClient } from "../databases/types.ts";

/** The folders of Prisma's older versions, beside this file, and what is installed in each. */
export const prismaVersions = [
  { folder: "prisma-6", version: "6.19.3" },
  { folder: "prisma-7.0", version: "7.0.0" },
] as const;

export type PrismaVersion = (typeof prismaVersions)[number];

/** Databases that a client of each version is generated for, from the schema in prisma/. */
export type VersionedProvider = "postgresql" | "mysql";

const ADAPTERS = {
  postgresql: { name: "@prisma/adapter-pg", factory: "PrismaPg" },
  mysql: { name: "@prisma/adapter-mariadb", factory: "PrismaMariaDb" },
} as const;

/**
 * A client of an older Prisma, with its own adapter. Its types are those of this repository's Prisma, which the methods of the
 * session model share.
 *
 * @param url of a database that has the session table: `(await postgresql.create()).url`
 */
export async function versionedClient(
  { folder }: PrismaVersion,
  provider: VersionedProvider,
  url: string,
): Promise<TestClient> {
  const here = new URL(`${folder}/`, import.meta.url);
  const { name, factory } = ADAPTERS[provider];
  const adapterFile = createRequire(fileURLToPath(new URL("package.json", here))).resolve(name);
  const Adapter = (await import(/* @vite-ignore */ pathToFileURL(adapterFile).href))[factory];
  const { PrismaClient } = await import(/* @vite-ignore */ new URL(`generated/${provider}/client.ts`, here).href);
  // The adapter of PostgreSQL takes an object in each version, that of MariaDB a URL.
  const adapter: SqlDriverAdapterFactory = new Adapter(provider === "postgresql" ? { connectionString: url } : url);
  return new PrismaClient({ adapter, log: [{ emit: "event", level: "query" }] });
}
