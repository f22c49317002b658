import type { SessionStore } from "../../../store/session-store.ts";
import { codeOf } from "../../explain-failure.ts";
import { type Check, type Finding, failed, passed, warning } from "../check.ts";
import type { ClientFacts } from "../client-facts.ts";
import type { Sql } from "../sql.ts";

const OLDEST_PRISMA = 6;

/**
 * Whether the database answers.
 *
 * @throws the error of a statement, if the database does not answer
 */
export async function reach(
  { provider, providerName }: ClientFacts,
  store: SessionStore,
): Promise<Finding | undefined> {
  if (!provider && providerName) {
    return failed(
      `The client is for ${providerName}, which the package does not support.`,
      "Use PostgreSQL, CockroachDB, MySQL, MariaDB or SQLite.",
    );
  }
  await store.find("doctor").catch((error: unknown) => {
    // The database has answered. Another check reports what is missing.
    if (codeOf(error) !== "SESSION_CONFIG") throw error;
  });
  return undefined;
}

/** The versions of the database, of Prisma and of the driver adapter. */
export const connection: Check = {
  id: "connection",
  async run({ client, sql }) {
    const database = typeof sql === "string" ? client.provider : await databaseVersion(sql);
    const versions = [database, `Prisma ${client.version ?? "of an unknown version"}`, adapterOf(client)];
    return judge(client, versions.filter((version) => version !== undefined).join(", "));
  },
};

function judge({ version, adapter }: ClientFacts, versions: string) {
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST_PRISMA) {
    return warning(versions, `The package supports Prisma ${OLDEST_PRISMA} and newer. Update Prisma.`);
  }
  if (version !== undefined && adapter?.version !== undefined && adapter.version !== version) {
    return warning(versions, `Install the same version of both: \`npm install ${adapter.name}@${version}\`.`);
  }
  return passed(versions);
}

const adapterOf = ({ adapter }: ClientFacts) =>
  adapter && (adapter.version === undefined ? adapter.name : `${adapter.name} ${adapter.version}`);

async function databaseVersion(sql: Sql): Promise<string> {
  if (sql.provider === "sqlite") return `SQLite ${await sql.value("SELECT sqlite_version() AS version")}`;
  const text = String(await sql.value("SELECT version() AS version"));
  const [number = ""] = /\d[\d.]*/.exec(text) ?? [];
  const [name] = /MariaDB|TiDB|CockroachDB|PostgreSQL/.exec(text) ?? ["MySQL"];
  return `${name} ${number}`;
}
