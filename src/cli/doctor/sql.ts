import { messageOf } from "../command-error.ts";
import type { Provider } from "./client-facts.ts";

/** A row of a raw query. */
export type Row = Readonly<Record<string, unknown>>;

interface RawClient {
  $queryRawUnsafe(text: string): PromiseLike<unknown>;
  $executeRawUnsafe(text: string): PromiseLike<number>;
}

/** Raw queries through the user's client, which sends them where the model's statements go. */
export class Sql {
  readonly #client: RawClient;

  constructor(
    client: object,
    readonly provider: Provider,
  ) {
    this.#client = client as RawClient;
  }

  async query(text: string): Promise<readonly Row[]> {
    const rows = await this.#client.$queryRawUnsafe(text);
    if (!Array.isArray(rows)) throw new Error("A raw query of the client returned no rows");
    return rows;
  }

  /** The first column of the first row. */
  async value(text: string): Promise<unknown> {
    const [row = {}] = await this.query(text);
    return Object.values(row)[0];
  }

  async execute(text: string): Promise<void> {
    await this.#client.$executeRawUnsafe(text);
  }

  identifier(name: string): string {
    const quote = this.provider === "mysql" ? "`" : '"';
    return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
  }

  literal(text: string): string {
    const quoted = text.replaceAll("'", "''");
    return `'${this.provider === "mysql" ? quoted.replaceAll("\\", "\\\\") : quoted}'`;
  }
}

/** @returns the reason if the client has no raw queries, or refuses them */
export async function openSql(client: object, provider: Provider | undefined): Promise<Sql | string> {
  if (!provider) return "the client does not name its database";
  const methods = ["$queryRawUnsafe", "$executeRawUnsafe"];
  if (methods.some((name) => typeof Reflect.get(client, name) !== "function")) return "the client has no raw queries";
  const sql = new Sql(client, provider);
  try {
    await sql.query("SELECT 1 AS one");
    return sql;
  } catch (error) {
    return `the client refuses raw queries: ${messageOf(error)}`;
  }
}
