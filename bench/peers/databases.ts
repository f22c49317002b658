import { adapters } from "../../test/databases/adapters.ts";
import { runSql, uniqueName, withDatabase } from "../../test/databases/sql.ts";

export interface PeerDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own for each peer, because several peers call their table `session`. */
export async function createDatabase(server: string, statements: readonly string[]): Promise<PeerDatabase> {
  const name = uniqueName("peer");
  const url = withDatabase(server, name);
  await runSql(adapters.postgresql(server), [`CREATE DATABASE ${name}`]);
  await runSql(adapters.postgresql(url), statements);
  return { url, drop: () => runSql(adapters.postgresql(server), [`DROP DATABASE ${name} WITH (FORCE)`]) };
}
