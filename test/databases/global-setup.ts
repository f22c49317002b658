import type { TestProject } from "vitest/node";
import { startMariadb } from "./mariadb-server.ts";
import { startPostgresql } from "./postgresql-server.ts";

/** Starts the servers once for the whole run, and tells the tests where they are. Returns what stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // What is provided travels to other processes: data only, no functions.
  const [{ stop: stopPostgresql, ...postgresql }, { stop: stopMariadb, ...mariadb }] = await Promise.all([
    startPostgresql().catch(skip),
    startMariadb().catch(skip),
  ]);
  project.provide("postgresql", postgresql);
  project.provide("mariadb", mariadb);
  return async () => {
    await Promise.all([stopPostgresql(), stopMariadb()]);
  };
}

/** A machine without a server still runs the other tests, and says so; where containers are required, all are. */
function skip(error: Error) {
  if (process.env.REQUIRE_CONTAINERS === "1") throw error;
  return { skipReason: error.message.replace(/\s+/g, " ").trim(), stop: async () => {} };
}
