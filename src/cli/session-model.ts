import { ConfigError } from "../errors.ts";
import { checkModel, fieldTypes, ownColumns } from "../store/prisma/prisma-model.ts";
import { prismaStore } from "../store/prisma/prisma-store.ts";
import type { SessionDelegate } from "../store/prisma/session-delegate.ts";
import { toConfigError } from "../store/prisma/to-config-error.ts";
import type { Columns, SessionStore } from "../store/session-store.ts";
import { CommandError } from "./command-error.ts";
import { databaseName } from "./database-name.ts";

/** The parts of a session model that the commands use. */
export interface SessionModel {
  readonly store: Required<SessionStore>;
  /** The names of the user's own columns. */
  readonly columns: readonly string[];
  /** Prisma's type names of all columns. */
  readonly types: Readonly<Record<string, string | undefined>>;
  /** The number of rows that meet a condition. Rejects with Prisma's own error. */
  readonly count: (where: Columns) => Promise<number>;
  /** Pages of rows, ordered by key. This is a random order of the sessions. */
  readonly pages: (where: Columns, select: RowSelect) => AsyncGenerator<readonly KeyedRow[]>;
  /**
   * The number of rows that expire at or before a date. Rejects with a ConfigError if the table or
   * a column is missing.
   */
  countExpired(at: Date): Promise<number>;
  /** Which database it is, without credentials. `undefined` if that is not known. */
  databaseName(): Promise<string | undefined>;
}

/** The columns to read. */
interface RowSelect {
  readonly key: true;
  readonly data?: true;
}

/** A row with the selected columns. */
interface KeyedRow {
  readonly key: string;
  readonly data?: string;
}

/** Pages with data are smaller, because the data of a session may be long. */
const pageSize = ({ data }: RowSelect) => (data ? 100 : 500);

/** A session model with the additional methods that the commands call. */
export type CountableDelegate = SessionDelegate & {
  count(args: { where: { expireDate: { lte: Date } }; take?: number }): PromiseLike<number>;
};

/**
 * The session model of a client. With read replicas: of the primary.
 * @throws CommandError if the client has no such model, or if the model is not a session model
 */
export function sessionModel(client: object, name: string): SessionModel {
  const model = modelOf(primaryOf(client), name);
  try {
    return {
      store: prismaStore(model),
      columns: ownColumns(model),
      types: fieldTypes(model) ?? {},
      // Only the types of the user's client know the columns.
      count: async (where) => model.count({ where: where as never }),
      pages: (where, select) => pages(model, where, select),
      countExpired: (at) => countExpired(model, at),
      databaseName: () => databaseName(primaryOf(client)),
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message, undefined, { cause: error });
    throw error;
  }
}

/**
 * A model of a client.
 * @throws CommandError that names the models of the client if it has no such model, or if only
 *   another model is a session model
 */
export function modelOf(client: object, name: string): CountableDelegate {
  const model: unknown = isModelName(name) ? Reflect.get(client, name) : undefined;
  // A client that is created at its first use cannot list its models.
  const models = Object.keys(client).filter((key) => isModelName(key) && isModel(Reflect.get(client, key)));
  if (isModel(model)) {
    checkChoice(client, name, models);
    return model;
  }
  throw new CommandError(
    `Your Prisma client has no model "${name}". ` +
      (models.length > 0 ? `It has ${models.join(", ")}: choose one with --model` : "Choose another with --model") +
      ", or add the model Session to your schema and run `prisma generate`.",
  );
}

/** The `Session` of Auth.js has other columns. A model that lacks one column needs other advice. */
function checkChoice(client: object, name: string, models: readonly string[]): void {
  const fields = fieldTypes(Reflect.get(client, name));
  if (!fields || ["key", "data", "expireDate"].some((column) => column in fields)) return;
  const others = models.filter((other) => hasSessionColumns(client, other));
  if (others.length === 0) return;
  throw new CommandError(
    `The model \`${name}\` of your Prisma client does not hold the sessions of this package. ` +
      `Choose the right model, as in \`--model ${others.join("` or `--model ")}\`.`,
  );
}

function hasSessionColumns(client: object, name: string): boolean {
  try {
    checkModel(Reflect.get(client, name));
    return true;
  } catch {
    return false;
  }
}

async function countExpired(model: CountableDelegate, at: Date): Promise<number> {
  try {
    return await model.count({ where: { expireDate: { lte: at } } });
  } catch (error) {
    throw toConfigError(error);
  }
}

/**
 * Each page starts after the last key: with an offset, concurrent deletes would make it skip rows.
 */
async function* pages(
  model: CountableDelegate,
  where: Columns,
  select: RowSelect,
): AsyncGenerator<readonly KeyedRow[]> {
  const size = pageSize(select);
  let conditions = [where];
  while (true) {
    const found = model.findMany({
      where: { AND: conditions } as never,
      orderBy: { key: "asc" } as never,
      take: size,
      select: select as never,
    });
    const rows = await Promise.resolve(found).catch((error) => {
      throw toConfigError(error);
    });
    yield rows;
    if (rows.length < size) return;
    conditions = [where, { key: { gt: rows.at(-1)?.key } }];
  }
}

/**
 * The primary of a client with read replicas. Prisma's extension sends `findMany` and `count` to a
 * replica. A replica lags behind, so it would still find deleted rows.
 * https://github.com/prisma/extension-read-replicas
 */
export function primaryOf(client: object): object {
  const { $primary } = client as { $primary?: unknown };
  return typeof $primary === "function" ? $primary.call(client) : client;
}

/** Methods such as `$on` and Prisma's private properties are not models. */
const isModelName = (name: string): boolean => !/^[$_]/.test(name);

const isModel = (value: unknown): value is CountableDelegate =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, "count") === "function";
