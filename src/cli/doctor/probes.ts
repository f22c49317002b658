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
  /** The data of rows that may be stored under other keys. */
  readonly #texts: string[] = [];
  #isAcknowledged = false;
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
    if (this.hasMangledKeys) this.#texts.push(data);
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
    if (await store.insert(row)) {
      this.#isAcknowledged = true;
      return row;
    }
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
   * @returns `unseen` if a row was acknowledged, but is not there in any form that is known
   * @throws what the last of the two ways throws, or an error if rows are still there
   */
  async remove(table: SqlTable | string): Promise<"none" | "removed" | "unseen"> {
    if (this.#keys.length === 0) return "none";
    const isSqlThere = typeof table !== "string";
    const count = isSqlThere ? () => table.count(this.#condition(table)) : () => this.#countByStore();
    const isUnseen = this.hasMangledKeys && this.#isAcknowledged && (await count()) === 0;
    await this.#removeByStore().catch((error: unknown) => {
      if (!isSqlThere) throw error;
    });
    if (isSqlThere && (await count()) > 0) await table.delete(this.#condition(table));
    if ((await count()) > 0) throw new Error("The database acknowledged the DELETE, but kept the rows");
    return isUnseen ? "unseen" : "removed";
  }

  #condition(table: SqlTable): string {
    if (!this.hasMangledKeys) return table.isKey(...this.#keys);
    const isPrefixed = `${table.quoted("key")} LIKE ${table.sql.literal(`${this.prefix}%`)}`;
    return `(${[isPrefixed, ...this.#texts.map((text) => table.isData(text))].join(" OR ")})`;
  }

  /** The same condition, for Prisma. */
  get #mangled(): Columns {
    return { OR: [{ key: { startsWith: this.prefix } }, { data: { in: this.#texts } }] };
  }

  async #countByStore(): Promise<number> {
    const where = this.hasMangledKeys ? this.#mangled : { key: { in: this.#keys } };
    return (await this.#store.findMatching(where, { limit: 1 })).length;
  }

  async #removeByStore(): Promise<void> {
    await this.#store.deleteMatching({}, { keys: this.#keys });
    if (this.hasMangledKeys) await this.#store.deleteMatching(this.#mangled, { exceptKeys: [] });
  }
}

/** A unique prefix as the default codec writes it, of lower-case letters and digits. */
export const newPrefix = (): string => `v1.${randomBytes(32).toString("hex")}`;
