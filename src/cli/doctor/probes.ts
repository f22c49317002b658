import { randomBytes } from "node:crypto";
import type { Columns, SessionRow, SessionStore, UpdateGuard } from "../../store/session-store.ts";
import type { SqlTable } from "./sql-table.ts";

type Store = Required<SessionStore>;

const LIFETIME_MS = 60_000;
const KEY_LENGTH = 71;

/**
 * The rows that the checks write. They expire after a minute, and {@link Probes.remove} deletes
 * them.
 *
 * Their keys are as long as the keys of sessions. They begin with `doctor.`, so no cookie opens
 * these rows.
 */
export class Probes {
  /** The prefix of all keys of this run. */
  readonly prefix = `doctor.${randomBytes(8).toString("hex")}`;
  /** True if the database stores other keys than it got. */
  hasMangledKeys = false;
  readonly #keys: string[] = [];
  readonly #store: Store;
  readonly #columns: Columns;
  readonly #now: () => Date;

  constructor(store: Store, columns: Columns, now: () => Date) {
    this.#store = store;
    this.#columns = columns;
    this.#now = now;
  }

  /** The names of the columns that every probe row fills. */
  get columns(): readonly string[] {
    return Object.keys(this.#columns);
  }

  newKey(): string {
    const key =
      this.prefix +
      randomBytes(KEY_LENGTH)
        .toString("hex")
        .slice(0, KEY_LENGTH - this.prefix.length);
    this.#keys.push(key);
    return key;
  }

  /**
   * A new row that is not in the table. Its data have a prefix like those of the package's codecs.
   */
  newRow(text = ""): SessionRow {
    const data = `${newPrefix()}.${text}`;
    return {
      key: this.newKey(),
      data,
      expireDate: this.newExpiry(),
      ...(this.columns.length > 0 && { columns: this.#columns }),
    };
  }

  newExpiry(): Date {
    return new Date(this.#now().getTime() + LIFETIME_MS);
  }

  /** @returns the row that is in the table now */
  async insert(store: Store, text?: string): Promise<SessionRow> {
    const row = this.newRow(text);
    if (await store.insert(row)) return row;
    throw new Error("Prisma acknowledged an INSERT, but counted no row");
  }

  /** The guard for an UPDATE of a probe row. */
  guard(data: UpdateGuard["data"]): UpdateGuard {
    return { liveAt: this.#now(), data };
  }

  /**
   * Deletes the rows through the client, and then by SQL, because an extension may only mark rows
   * as deleted.
   *
   * @returns how many probe rows were written, or might have been
   * @throws the error of the last attempt, or an error if rows are still there
   */
  async remove(table: SqlTable | string): Promise<number> {
    const keys = this.#keys;
    if (keys.length === 0) return 0;
    const isSqlThere = typeof table !== "string";
    await this.#removeByStore().catch((error: unknown) => {
      if (!isSqlThere) throw error;
    });
    if (!isSqlThere) return keys.length;
    const condition = this.hasMangledKeys
      ? `${table.quoted("key")} LIKE ${table.sql.literal(`${this.prefix}%`)}`
      : table.isKey(...keys);
    if ((await table.count(condition)) === 0) return keys.length;
    await table.delete(condition);
    if ((await table.count(condition)) > 0) throw new Error("The database acknowledged the DELETE, but kept the rows");
    return keys.length;
  }

  async #removeByStore(): Promise<void> {
    await this.#store.deleteMatching({}, { keys: this.#keys });
    if (this.hasMangledKeys) await this.#store.deleteMatching({ key: { startsWith: this.prefix } }, { exceptKeys: [] });
  }
}

/** A unique prefix as the default codec writes it, of lower-case letters and digits. */
export const newPrefix = (): string => `v1.${randomBytes(32).toString("hex")}`;
