import { isDeepStrictEqual } from "node:util";
import { cannotBeDeleted } from "../cannot-be-deleted.ts";
import { jitter } from "../jitter.ts";
import { carryOut } from "../store/carry-out.ts";
import type { MatchingRow } from "../store/session-store.ts";
import { AUTHENTICATED, CREATED } from "./reserved.ts";
import { deleteRevoked } from "./revoke-rows.ts";
import type { SessionConfig } from "./session-config.ts";

/** How often others may come between the reading and the DELETE, by changing keys. */
const MAX_ATTEMPTS = 10;

/** The option `maxPerOwner`, for one session: when it gets an owner who has too many, the oldest end. */
export class OwnerLimit {
  readonly #config: SessionConfig;
  readonly #limit: NonNullable<SessionConfig["maxPerOwner"]>;
  readonly #columnsOf: NonNullable<SessionConfig["columnsOf"]>;
  /** The owner as the row has it: only another one is reason to count. */
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

  static of(config: SessionConfig): OwnerLimit | undefined {
    const { maxPerOwner, columnsOf } = config;
    return maxPerOwner && columnsOf && new OwnerLimit(config, maxPerOwner, columnsOf);
  }

  /** Notes the owner of a row that was read. That one can be read must not depend on what `columns` makes of it. */
  found(data: ReadonlyMap<string, unknown>): void {
    try {
      this.#owner = this.#ownerIn(data);
    } catch {
      this.#owner = null;
    }
  }

  /** A new row is one more, also of the same owner: `create()` leaves the row before it alone. */
  countAnew(): void {
    this.#owner = null;
  }

  /**
   * After a write: ends what is too much.
   * @throws ConfigError when rows cannot be deleted
   */
  async keep(data: ReadonlyMap<string, unknown>): Promise<void> {
    const owner = this.#ownerIn(data);
    if (owner !== null && !isDeepStrictEqual(owner, this.#owner)) await this.#endOldest(owner);
    this.#owner = owner;
  }

  #ownerIn(data: ReadonlyMap<string, unknown>): unknown {
    return this.#columnsOf(data)[this.#limit.column] ?? null;
  }

  async #endOldest(owner: unknown): Promise<void> {
    const { store, now } = this.#config;
    const where = { [this.#limit.column]: owner };
    const options = { liveAt: now(), withData: true };
    for (let tried = 1; tried <= MAX_ATTEMPTS; tried++) {
      const rows = await carryOut(store, () => ({
        send: () => store.findMatching(where, options),
        isRepeatable: true,
      }));
      const tooMany = rows.length - this.#limit.max;
      if (tooMany <= 0) return;
      const byAge = this.#byAge(rows).map(({ key }) => key);
      const [oldest, kept] = [byAge.slice(0, tooMany), byAge.slice(tooMany)];
      // One that changes its key again and again is met by what is left when all others are kept.
      const among = tried === MAX_ATTEMPTS ? { exceptKeys: kept } : { keys: oldest };
      const count = await deleteRevoked(oldest, where, "maxPerOwner", this.#config, among);
      if (count >= tooMany) return;
      if (count === 0 && tried === MAX_ATTEMPTS) throw cannotBeDeleted("Sessions");
      await jitter(tried);
    }
  }

  /**
   * Those authenticated, or created, longest ago first; then those that expire first, and then by their keys. All who count at once have this
   * one order, and this session has its place in it: else two sign-ins at the same instant would end each other.
   */
  #byAge(rows: readonly MatchingRow[]): MatchingRow[] {
    const { codec, secrets, serializer } = this.#config;
    const aged = rows.map((row) => {
      const data = codec.decode(row.data ?? "", { storedKey: row.key, secrets, serializer });
      const since = data?.[AUTHENTICATED] ?? data?.[CREATED];
      return { row, since: typeof since === "number" ? since : 0 };
    });
    return aged.toSorted((a, b) => a.since - b.since || byExpiry(a.row, b.row)).map(({ row }) => row);
  }
}

const byExpiry = (a: MatchingRow, b: MatchingRow) =>
  a.expireDate.getTime() - b.expireDate.getTime() || (a.key < b.key ? -1 : 1);
