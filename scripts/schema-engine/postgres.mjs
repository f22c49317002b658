import { randomUUID } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { UserError } from "./errors.mjs";

const TYPE_CHAR = 18;
const TYPE_TEXT = 25;

/** @param {string} url of a PostgreSQL or CockroachDB, which uses the same protocol */
export function postgres(url) {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  return {
    provider: "postgresql",
    adapter: new MigrationPg(url),
    check: () => query(url, "SELECT 1"),
    create: () => query(withDatabase(url, "postgres"), `CREATE DATABASE ${pg.escapeIdentifier(name)}`),
  };
}

class MigrationPg extends PrismaPg {
  #url;

  constructor(url) {
    const schema = new URL(url).searchParams.get("schema") ?? "public";
    super({ connectionString: url, options: `-c search_path=${pg.escapeIdentifier(schema)}` }, { schema });
    this.#url = url;
  }

  async connect() {
    return forMigrations(await super.connect());
  }

  /**
   * Replaces the adapter's method, which cannot drop its shadow database. With a connection string,
   * that method would use the main database.
   */
  async connectToShadowDb() {
    const name = `prisma_migrate_shadow_db_${randomUUID()}`;
    await query(this.#url, `CREATE DATABASE "${name}"`);
    const shadow = await new MigrationPg(withDatabase(this.#url, name)).connect();
    const disconnect = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await disconnect();
      await query(this.#url, `DROP DATABASE "${name}"`);
    };
    return shadow;
  }
}

function forMigrations(adapter) {
  // The system catalogue of PostgreSQL has columns of the type "char". The adapter cannot read this
  // type, and the engine expects characters.
  const performIO = adapter.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  const charFields = new WeakMap();
  adapter.performIO = async (statement) => {
    const result = await performIO(statement);
    const fields = result.fields ?? []; // the result of several statements is an array without fields
    const isChar = fields.map((field) => field.dataTypeID === TYPE_CHAR);
    charFields.set(statement, isChar);
    fields.forEach((field, i) => {
      if (isChar[i]) field.dataTypeID = TYPE_TEXT;
    });
    return result;
  };
  adapter.queryRaw = async (statement) => {
    const result = await queryRaw(statement);
    const isChar = charFields.get(statement);
    return {
      ...result,
      columnTypes: result.columnTypes.map((type, i) => (isChar[i] ? ColumnTypeEnum.Character : type)),
    };
  };
  // Replaces the adapter's method, which splits a migration at every semicolon, even in comments,
  // strings and functions.
  adapter.executeScript = async (script) => {
    await adapter
      .underlyingDriver()
      .query(script)
      .catch((error) => adapter.onError(error));
  };
  return adapter;
}

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.query(sql);
  } catch (error) {
    throw toUserError(error, client);
  } finally {
    await client.end().catch(() => {});
  }
}

function toUserError(error, { host, port, user, database }) {
  if (error.code === "3D000") return new UserError(`Database \`${database}\` does not exist.`, "P1003");
  if (error.code === "28P01") return new UserError(`Authentication failed for the user \`${user}\`.`, "P1000");
  if (error instanceof pg.DatabaseError) return new UserError(error.message);
  const reason = error.message || error.code;
  return new UserError(
    `Can't reach database server at \`${host}:${port}\` (${reason}). Start the server, or correct the URL in prisma.config.ts.`,
    "P1001",
  );
}

function withDatabase(url, name) {
  const other = new URL(url);
  other.pathname = encodeURIComponent(name);
  return other.href;
}
