/** Columns of the user's own model, by name. */
export type Columns = Readonly<Record<string, unknown>>;

/** A row of the session table, as the store sees it. */
export interface SessionRow {
  /** The primary key: a hash of the session key, or the key itself with `hashKeys: false`. */
  readonly key: string;
  /** The text that a codec made. */
  readonly data: string;
  /** When the session expires. From this instant on, the row counts as gone. */
  readonly expireDate: Date;
  /** The values that the option `columns` returned. The store writes them with the rest. */
  readonly columns?: Columns;
}

/** The part of a row that a session is loaded from. */
export type StoredRow = Pick<SessionRow, "data" | "expireDate">;

/** What must still be true of a row for an update to change it (optimistic locking). */
export interface UpdateGuard {
  /** The row must expire after this instant. An expired row counts as gone. */
  readonly liveAt: Date;
  /**
   * The row's data must be this text, or begin with this prefix.
   * A prefix consists of a-z, 0-9 and `.{}":_-`, and of at most 45 characters.
   */
  readonly data: string | { readonly startsWith: string };
}

/** What an update writes. A property that is absent stays as it is in the row. */
export interface RowChanges {
  /** A new key for the row. */
  readonly key?: string;
  /** The new text of a codec. */
  readonly data?: string;
  /** When the session expires now. */
  readonly expireDate: Date;
  /** The values that the option `columns` returned. */
  readonly columns?: Columns;
}

/** `unmatched`: no row met the guard. `taken`: another row has the new key. No row changed then. */
export type UpdateOutcome = "updated" | "unmatched" | "taken";

/** Which expired rows to find. */
export interface FindExpiredOptions {
  /** Only rows that expire at or after this instant. Default: all. */
  readonly from?: Date;
  /** How many of these rows to leave out, from the first one on. Default: 0. */
  readonly skip?: number;
}

/** Which expired rows to delete: those with these keys, or those of an interval. */
export type ExpiredRows =
  | { readonly keys: readonly string[] }
  | {
      /** Only rows that expire at or after this instant. Default: all. */
      readonly from?: Date;
      /** Only rows that expire before this instant. */
      readonly before: Date;
    };

/** Which of the matching rows to find, and whether to read their data. */
export interface FindMatchingOptions {
  /** All rows but the one with this key. */
  readonly exceptKey?: string;
  /** Only rows that expire after this instant. Default: expired rows too. */
  readonly liveAt?: Date;
  /** The maximum number of rows. Default: no limit. */
  readonly limit?: number;
  /** Whether to read the data too. Default: false. */
  readonly withData?: boolean;
}

/** A row with the user's own columns. */
export interface MatchingRow extends Omit<SessionRow, "data"> {
  /** Present with the option `withData`. */
  readonly data?: string;
  readonly columns: Columns;
}

/** Limits the rows that meet a condition: only rows with these keys, or all rows but these keys. */
export type MatchingRows = { readonly keys: readonly string[] } | { readonly exceptKeys: readonly string[] };

/**
 * The effect of an error on the statement that threw it.
 *
 * - `retryable`: the database rolled the statement back. The package may retry it.
 * - `rejected`: the database refused the statement, and would refuse a retry. Nothing was written.
 * - `fatal`: the package must not use this connection any more, not even to read the row.
 * - `unknown`: the outcome is unknown. Only reading the row can show whether it was applied.
 */
export type ErrorClass = "retryable" | "rejected" | "fatal" | "unknown";

/**
 * Reads and writes session rows. Each verb is exactly one statement, so the database alone decides
 * between two concurrent requests.
 *
 * A store knows nothing of session keys, codecs or expiry policies. A verb throws unexpected
 * database errors unchanged. Test your own store with `storeConformanceTests` of
 * `prisma-db-session/testing`.
 */
export interface SessionStore {
  /** The row, expired or not. */
  find(key: string): Promise<StoredRow | undefined>;
  /** Inserts the row. If the key is taken, returns false and writes nothing. */
  insert(row: SessionRow): Promise<boolean>;
  /** Changes the row if it meets the guard. Never inserts. */
  update(key: string, guard: UpdateGuard, changes: RowChanges): Promise<UpdateOutcome>;
  /** Deletes the row. Returns false if there was no such row. */
  delete(key: string): Promise<boolean>;
  /** At most `limit` rows that expire at or before `at`, ordered by their expiry. */
  findExpired(
    at: Date,
    limit: number,
    options?: FindExpiredOptions,
  ): Promise<readonly Pick<SessionRow, "key" | "expireDate">[]>;
  /** Deletes those of these rows that expire at or before `at`. Returns their number. */
  deleteExpired(rows: ExpiredRows, at: Date): Promise<number>;
  /**
   * Rows that meet a condition in the store's own language, such as Prisma's `where`. Rows that
   * expire last come first. Optional: `list`, `revoke` and `maxPerOwner` need this verb.
   */
  findMatching?(where: Columns, options?: FindMatchingOptions): Promise<readonly MatchingRow[]>;
  /**
   * Deletes the rows that meet such a condition and are among the given rows. Returns their number.
   * Optional, like `findMatching`.
   */
  deleteMatching?(where: Columns, among: MatchingRows): Promise<number>;
  /** Classifies an error of these verbs. Without this method, every error counts as `unknown`. */
  classifyError?(error: unknown): ErrorClass;
}
