/** Columns of the user's own, by their names. */
export type Columns = Readonly<Record<string, unknown>>;

/** A row of the session table, as the store sees it. */
export interface SessionRow {
  /** The primary key: a hash of the session key (or the key itself with `hashKeys: false`). */
  readonly key: string;
  /** The text that a codec made. */
  readonly data: string;
  readonly expireDate: Date;
  /** What the option `columns` gave, to be written with the rest. */
  readonly columns?: Columns | undefined;
}

/** What a row must still be for an update to touch it. */
export interface UpdateGuard {
  /** The row must expire after this instant: an expired row counts as gone. */
  readonly liveAt: Date;
  /** The row's data must be this text. Left out: whatever it is. */
  readonly data?: string;
}

/** Which expired rows are asked for. */
export interface FindExpiredOptions {
  /** Only those that expire at or after this instant. Default: all. */
  readonly from?: Date | undefined;
}

/** Which of the rows that match are asked for, and what of them. */
export interface FindMatchingOptions {
  /** All but the row with this key. */
  readonly exceptKey?: string | undefined;
  /** Only rows that expire after this instant. Default: the expired ones too. */
  readonly liveAt?: Date | undefined;
  /** At most so many. Default: all. */
  readonly limit?: number | undefined;
  /** Whether to read the data too. Default: false. */
  readonly withData?: boolean | undefined;
}

/** A row with all that the user's own columns hold. */
export interface MatchingRow extends Omit<SessionRow, "data"> {
  /** There if it was asked for. */
  readonly data?: string;
  readonly columns: Columns;
}

/** `unmatched`: no row matched the guard. `taken`: another row has the new key. */
export type RekeyOutcome = "rekeyed" | "unmatched" | "taken";

/** Which of the rows that meet a condition: those with these keys alone, or all but those with these. */
export type MatchingRows = { readonly keys: readonly string[] } | { readonly exceptKeys: readonly string[] };

/**
 * What an error tells of the statement that threw it. `rolledBack`: it left nothing and may be sent again. `refused`: it left nothing, and
 * would not if it were sent again. `unknown`: it may have been carried out, which only the table can show. `final`: likewise, but nothing
 * more may be asked on this connection, not even that.
 */
export type FailureKind = "rolledBack" | "refused" | "unknown" | "final";

/**
 * Where session rows live. Every verb is exactly one statement, so that the database alone decides between two requests.
 *
 * A store knows nothing of keys, codecs or expiry policies. Any database error that the verbs do not name reaches the caller as it is.
 * Run `storeConformanceTests` of `prisma-db-session/testing` against a store of your own.
 */
export interface SessionStore {
  /** The row, expired or not. */
  find(key: string): Promise<Pick<SessionRow, "data" | "expireDate"> | undefined>;
  /** False, and nothing written, when the key is taken. Never looks first. */
  insert(row: SessionRow): Promise<boolean>;
  /** Changes a row that matches the guard; false, and nothing written, when none does. Never inserts. */
  update(
    key: string,
    guard: UpdateGuard,
    changes: { readonly data?: string; readonly expireDate: Date; readonly columns?: Columns | undefined },
  ): Promise<boolean>;
  /** Gives a row that matches the guard another key, with the data and expiry that go with it. */
  rekey(key: string, guard: UpdateGuard, row: SessionRow): Promise<RekeyOutcome>;
  /** False when there was no such row. */
  delete(key: string): Promise<boolean>;
  /** Rows that expire at or before `at`, those that expired first to begin with: at most `limit` of them, none when no such row is left. */
  findExpired(
    at: Date,
    limit: number,
    options?: FindExpiredOptions,
  ): Promise<readonly Pick<SessionRow, "key" | "expireDate">[]>;
  /** Deletes those of the rows with these keys that expire at or before `at`; returns how many. */
  deleteExpired(keys: readonly string[], at: Date): Promise<number>;
  /** Rows that meet a condition in the store's own language, as Prisma's `where`; those that expire last to begin with. */
  findMatching(where: Columns, options?: FindMatchingOptions): Promise<readonly MatchingRow[]>;
  /** Deletes the rows that meet such a condition and are among these; returns how many. */
  deleteMatching(where: Columns, among: MatchingRows): Promise<number>;
  /** What an error of these verbs means. A store without it takes each for `unknown`. */
  failureKind?(error: unknown): FailureKind;
}
