import type { TestProject } from "vitest/node";
import { copyPostgres } from "./embedded-postgres.ts";
import { startMariadb } from "./mariadb-server.ts";
import { startPostgresql } from "./postgresql-server.ts";

/** Starts the servers once for the whole run, and tells the tests where they are. Returns what stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { remove: removeBinaries = async () => {}, ...binaries } = await copyPostgres().catch(skip);
  // What is provided travels to other processes: data only, no functions.
  const [{ stop: stopPostgresql = async () => {}, ...postgresql }, { stop: stopMariadb = async () => {}, ...mariadb }] =
    await Promise.all([startPostgresql(binaries).catch(skip), startMariadb().catch(skip)]);
  project.provide("postgresBinaries", binaries);
  project.provide("postgresql", postgresql);
  project.provide("mariadb", mariadb);
  return async () => {
    await Promise.all([stopPostgresql(), stopMariadb()]);
    await removeBinaries();
  };
}

/** A machine without a server still runs the other tests, and says so; where containers are required, all are. */
function skip(error: Error): { skipReason: string; stop?: undefined; remove?: undefined } {
  if (process.env.REQUIRE_CONTAINERS === "1") throw error;
  return { skipReason: error.message.replace(/\s+/g, " ").trim() };
}
