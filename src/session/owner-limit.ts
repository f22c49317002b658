import { isDeepStrictEqual } from "node:util";
import { carryOut } from "../store/carry-out.ts";
import type { MatchingRow } from "../store/session-store.ts";
import { AUTHENTICATED, CREATED } from "./reserved.ts";
import { deleteRevoked } from "./revoke-rows.ts";
import type { SessionConfig } from "./session-config.ts";

/** How often others may come between the reading and the DELETE, by changing keys, before the rest is left to the next sign-in. */
const MAX_ATTEMPTS = 10;

/** The option `maxPerOwner`, for one session: when it gets an owner who has too many, the oldest others end. */
export class OwnerLimit {
  readonly #config: SessionConfig;
  readonly #limit: NonNullable<SessionConfig["maxPerOwner"]>;
  readonly #columnsOf: NonNullable<SessionConfig["columnsOf"]>;
  /** The owner as the row has it: only a new one is reason to count. */
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

  /** Notes the owner of a row that was read. */
  found(data: ReadonlyMap<string, unknown>): void {
    this.#owner = this.#ownerIn(data);
  }

  /** A new row is one more, also of the same owner: `create()` leaves the row before it alone. */
  countAnew(): void {
    this.#owner = null;
  }

  /** After a write: ends what is too much. */
  async keep(sessionKey: string | null, data: ReadonlyMap<string, unknown>): Promise<void> {
    const owner = this.#ownerIn(data);
    const isNew = !isDeepStrictEqual(owner, this.#owner);
    if (sessionKey !== null && owner !== null && isNew) await this.#endOldest(sessionKey, owner);
    this.#owner = owner;
  }

  #ownerIn(data: ReadonlyMap<string, unknown>): unknown {
    return this.#columnsOf(data)[this.#limit.column] ?? null;
  }

  async #endOldest(sessionKey: string, owner: unknown): Promise<void> {
    const { store, storedKey, now } = this.#config;
    const where = { [this.#limit.column]: owner };
    const options = { exceptKey: storedKey(sessionKey), liveAt: now(), withData: true };
    for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
      const others = await carryOut(store, () => ({
        send: () => store.findMatching(where, options),
        isRepeatable: true,
      }));
      const tooMany = others.length + 1 - this.#limit.max;
      if (tooMany <= 0) return;
      const oldest = this.#byAge(others).slice(0, tooMany);
      const keys = oldest.map(({ key }) => key);
      if ((await deleteRevoked(keys, where, "maxPerOwner", this.#config)) === keys.length) return;
    }
  }

  /** Those authenticated, or created, longest ago first; by their keys where that is the same, so that two who count at once end the same. */
  #byAge(rows: readonly MatchingRow[]): MatchingRow[] {
    const { codec, secrets, serializer } = this.#config;
    const aged = rows.map((row) => {
      const data = codec.decode(row.data ?? "", { storedKey: row.key, secrets, serializer });
      const since = data?.[AUTHENTICATED] ?? data?.[CREATED];
      return { row, since: typeof since === "number" ? since : 0 };
    });
    const byKey = (a: MatchingRow, b: MatchingRow) => (a.key < b.key ? -1 : 1);
    return aged.toSorted((a, b) => a.since - b.since || byKey(a.row, b.row)).map(({ row }) => row);
  }
}
