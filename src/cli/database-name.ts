import { messageOf } from "./command-error.ts";

/**
 * As the server itself says it: the URL that a client was made with has a password, and is not
 * always there.
 */
const QUERIES: Readonly<Record<string, string>> = {
  postgresql:
    "SELECT current_database() || coalesce(' on ' || host(inet_server_addr()) || ':' || inet_server_port(), '') AS name",
  cockroachdb: "SELECT current_database() AS name",
  mysql: "SELECT CONCAT(DATABASE(), ' on ', @@hostname, ':', @@port) AS name",
  sqlite: "SELECT file AS name FROM pragma_database_list WHERE name = 'main'",
};

/** Which database a client uses. `undefined` if the client or the database does not tell. */
export async function databaseName(client: object): Promise<string | undefined> {
  const provider = String(Reflect.get(client, "_activeProvider")).replace(/^postgres$/, "postgresql");
  const query = QUERIES[provider];
  const raw: unknown = Reflect.get(client, "$queryRawUnsafe");
  if (query === undefined || typeof raw !== "function") return undefined;
  try {
    const [row] = await raw.call(client, query);
    return typeof row?.name === "string" && row.name !== "" ? messageOf(row.name) : undefined;
  } catch {
    return undefined;
  }
}
