import { isDeepStrictEqual } from "node:util";
import { emitFor } from "../events.ts";
import { decodeRow } from "../record/known-row.ts";
import type { SessionConfig } from "../record/session-config.ts";
import type { MatchingRow } from "../store/session-store.ts";
import { deleteInRounds, type Round } from "./delete-in-rounds.ts";
import { deleteRevoked } from "./delete-revoked.ts";
import { matchingStore } from "./matching-store.ts";

/**
 * The option `maxPerOwner` for one session. When the session gets an owner who has too many, the
 * oldest are deleted.
 */
export class SessionLimit {
  readonly #config: SessionConfig;
  readonly #limit: NonNullable<SessionConfig["maxPerOwner"]>;
  readonly #columnsOf: NonNullable<SessionConfig["columnsOf"]>;
  /** The owner in the row. Only a new owner is a reason to count. */
  #owner: unknown = null;

  private constructor(
    config: SessionConfig,
    limit: NonNullable<SessionConfig["maxPerOwner"]>,
    columnsOf: NonNullable<SessionConfig["columnsOf"]>,
  ) {
    this.#config = config;
    this.#limit = limit;
    this.#columnsOf = columnsOf;
  }

  static of(config: SessionConfig): SessionLimit | undefined {
    const { maxPerOwner, columnsOf } = config;
    return maxPerOwner && columnsOf && new SessionLimit(config, maxPerOwner, columnsOf);
  }

  /**
   * Remembers the owner of a row that was read. A session must stay readable whatever `columns`
   * does with it.
   */
  found(data: ReadonlyMap<string, unknown>): void {
    try {
      this.#owner = this.#ownerIn(data);
    } catch {
      this.#owner = null;
    }
  }

  /**
   * Deletes the sessions that are too many, after a write. The row is written by then, so a failure
   * must not look like a failed write: it is an event.
   */
  async enforce(
    sessionKey: string,
    data: ReadonlyMap<string, unknown>,
    { isCreated }: { readonly isCreated: boolean },
  ): Promise<void> {
    try {
      const owner = this.#ownerIn(data);
      const isNew = isCreated || !isDeepStrictEqual(owner, this.#owner);
      if (owner !== null && isNew) await this.#deleteOldest(owner);
      this.#owner = owner;
    } catch {
      emitFor(sessionKey, { type: "limitNotEnforced" }, this.#config);
    }
  }

  #ownerIn(data: ReadonlyMap<string, unknown>): unknown {
    return this.#columnsOf(data)[this.#limit.column] ?? null;
  }

  async #deleteOldest(owner: unknown): Promise<void> {
    const { now } = this.#config;
    const store = matchingStore(this.#config.store, "The option `maxPerOwner`");
    const where = { [this.#limit.column]: owner };
    const options = { liveAt: now(), withData: true };
    await deleteInRounds("Sessions", async ({ isLastTry }): Promise<Round> => {
      const rows = await store.findMatching(where, options);
      const tooMany = rows.length - this.#limit.max;
      if (tooMany <= 0) return { deleted: 0, isLast: true, isMiss: false };
      const byAge = this.#byAge(rows).map(({ key }) => key);
      const [oldest, kept] = [byAge.slice(0, tooMany), byAge.slice(tooMany)];
      // A session that gets a new key again and again is deleted by "all but the sessions to keep".
      const among = isLastTry ? { exceptKeys: kept } : { keys: oldest };
      const deleted = await deleteRevoked(store, oldest, where, "maxPerOwner", this.#config, among);
      return { deleted, isLast: deleted >= tooMany, isMiss: true };
    });
  }

  /**
   * The sessions that started longest ago first, then those that expire first, then by key. All
   * requests that count concurrently use this one order. Otherwise two sign-ins at the same instant
   * would delete each other.
   */
  #byAge(rows: readonly MatchingRow[]): MatchingRow[] {
    const aged = rows.map((row) => {
      const stored = { data: row.data ?? "", expireDate: row.expireDate };
      return { row, startedAt: decodeRow(stored, row.key, this.#config)?.row.metadata.startedAt ?? 0 };
    });
    return aged.toSorted((a, b) => a.startedAt - b.startedAt || byExpiry(a.row, b.row)).map(({ row }) => row);
  }
}

const byExpiry = (a: MatchingRow, b: MatchingRow) =>
  a.expireDate.getTime() - b.expireDate.getTime() || (a.key < b.key ? -1 : 1);
