import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { SessionStore } from "prisma-db-session";
import { type Prisma8Model, prisma8Store } from "prisma-db-session/prisma-8";
import type { OwnStore } from "../stores.ts";

export type Prisma8Provider = "postgresql" | "sqlite";
/** A contract in the folder of the provider. */
export type ContractName = "session" | "owned" | "unfit";
/** Hears a statement and its parameters. */
export type OnQuery = (sql: string, params: string) => void;

/** A client of Prisma 8, as far as the tests call it. */
export interface Prisma8Client {
  readonly orm: Readonly<Record<string, unknown>>;
  transaction<Result>(run: (transaction: Pick<Prisma8Client, "orm">) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

interface Connection {
  readonly model: Prisma8Model;
  readonly store: OwnStore & Pick<Required<SessionStore>, "classifyError">;
  /** Runs with the model of a transaction. */
  transaction<Result>(run: (model: Prisma8Model) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

interface Options {
  readonly provider: Prisma8Provider;
  readonly url: string;
  readonly contract?: ContractName;
  /** Hears each statement. `connectPrisma8` leaves out the first and what Prisma reads before. */
  readonly onQuery?: OnQuery;
  /** Options of the pool of connections to PostgreSQL. */
  readonly pool?: object;
  readonly verifyMarker?: false;
}

/** A client with connections of its own, which has sent its first statement. */
export async function connectPrisma8(options: Options): Promise<Connection> {
  const { onQuery = () => {}, ...others } = options;
  let isWarm = false;
  const connection = await openPrisma8({ ...others, onQuery: (...query) => isWarm && onQuery(...query) });
  await connection.store.find("warm up");
  isWarm = true;
  return connection;
}

/** A client that has sent nothing yet. */
export async function openPrisma8(options: Options): Promise<Connection> {
  const { client, close } = await clientOf(options);
  const modelOf = ({ orm }: Pick<Prisma8Client, "orm">): Prisma8Model =>
    Reflect.get(options.provider === "sqlite" ? orm : Object(orm.public), "Session");
  const model = modelOf(client);
  return {
    model,
    store: prisma8Store(model),
    transaction: (run) => client.transaction((transaction) => run(modelOf(transaction))),
    close,
  };
}

/** Prisma 8's own client, and what closes it. */
export async function clientOf({
  provider,
  url,
  contract = "session",
  onQuery = () => {},
  pool = {},
  ...options
}: Options): Promise<{ client: Prisma8Client; close(): Promise<void> }> {
  const contractJson = await contractOf(provider, contract);
  if (provider === "sqlite") {
    const { default: sqlite } = await importOf(provider, "@prisma/orm-sqlite/runtime");
    const hear = async ({ sql, params }: { sql: string; params: unknown }) => onQuery(sql, JSON.stringify(params));
    const middleware = [{ name: "log", familyId: "sql", beforeQuery: hear, beforeExecute: hear }];
    const client: Prisma8Client = sqlite({ contractJson, path: fileURLToPath(url), middleware, ...options });
    return { client, close: () => client.close() };
  }
  const { default: postgres } = await importOf(provider, "@prisma/orm-postgres/runtime");
  const { default: pg } = await importOf(provider, "pg");
  const connections = new pg.Pool({ connectionString: url, ...pool });
  connections.on("connect", (connection: LoggedConnection) => logQueries(connection, onQuery));
  // Of idle connections, when the server dies.
  connections.on("error", () => {});
  const client: Prisma8Client = postgres({ contractJson, pg: connections, ...options });
  const close = async () => {
    await client.close();
    await connections.end();
  };
  return { client, close };
}

interface LoggedConnection {
  query(...args: unknown[]): unknown;
}

/** Everything that goes over the wire, also what Prisma adds. */
function logQueries(connection: LoggedConnection, onQuery: OnQuery): void {
  const query = connection.query.bind(connection);
  connection.query = (...args) => {
    const [statement] = args as [string | { text?: string; values?: unknown }];
    if (typeof statement === "string") onQuery(statement, "");
    else if (statement.text !== undefined) onQuery(statement.text, JSON.stringify(statement.values));
    return query(...args);
  };
}

/** A contract that scripts/generate.mjs emitted. */
async function contractOf(provider: Prisma8Provider, name: ContractName): Promise<unknown> {
  const file = new URL(`${provider}/generated/${name}/contract.json`, import.meta.url);
  return (await import(/* @vite-ignore */ file.href, { with: { type: "json" } })).default;
}

/** A module of the packages that are installed beside this file. */
async function importOf(provider: Prisma8Provider, name: string) {
  const require = createRequire(new URL(`${provider}/package.json`, import.meta.url));
  return import(/* @vite-ignore */ pathToFileURL(require.resolve(name)).href);
}
