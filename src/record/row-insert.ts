import { errorClassOf } from "../store/error-class.ts";
import { dropHidden, withoutHidden } from "./hidden-value.ts";
import { decodeRow } from "./known-row.ts";
import { keyCollisionError } from "./row-errors.ts";
import { isRefused, type Write } from "./row-state.ts";
import type { SessionConfig } from "./session-config.ts";
import { changesOf, prepareInsert, type SaveRequest } from "./write.ts";
import { fateOfWrites } from "./write-log.ts";

/**
 * How many keys an INSERT or a rotation tries. With a sound generator, even a second key is never
 * needed.
 */
export const MAX_KEYS = 100;

/** What an INSERT is based on. */
const NO_ROW = { data: "", metadata: { writes: 0, ids: [] } };

/**
 * The INSERT of a session's row. Each attempt takes a new key, because a late INSERT could bring
 * back what was flushed.
 */
export class RowInsert {
  readonly #config: SessionConfig;
  readonly #onDoubt: (sessionKey: string) => void;
  /** An INSERT whose outcome is unknown. */
  #inDoubt: Write | undefined;

  /** @param onDoubt gets the key of an INSERT whose outcome is unknown */
  constructor(config: SessionConfig, onDoubt: (sessionKey: string) => void) {
    this.#config = config;
    this.#onDoubt = onDoubt;
  }

  /** @throws CreateError if all of `keys` keys are taken */
  async send(request: SaveRequest, keys: number): Promise<Write> {
    const shown = { ...request, data: withoutHidden(request.data) };
    for (let tried = 0; tried < keys; tried++) {
      const write = prepareInsert(shown, this.#config);
      if (!(await this.#sendOne(write))) continue;
      dropHidden(request.data);
      return write;
    }
    throw keyCollisionError(keys);
  }

  /** The INSERT in doubt, if its row is there. It is in doubt no longer. */
  async adopt(): Promise<Write | undefined> {
    const write = this.#inDoubt;
    if (!write) return undefined;
    const isThere = await this.#isThere(write);
    this.forget();
    return isThere ? write : undefined;
  }

  forget(): void {
    this.#inDoubt = undefined;
  }

  /** False if the key is taken. */
  async #sendOne(write: Write): Promise<boolean> {
    const { store, storedKey } = this.#config;
    const { sessionKey, row } = write;
    try {
      const isInserted = await store.insert({
        key: storedKey(sessionKey),
        data: row.data,
        ...changesOf(write, sessionKey, this.#config),
      });
      // A client may send a statement twice by itself. The second INSERT then finds the key taken by the first.
      return isInserted || (await this.#isThere(write).catch(() => false));
    } catch (error) {
      const errorClass = errorClassOf(store, error);
      if (isRefused(errorClass)) throw error;
      this.#inDoubt = write;
      this.#onDoubt(sessionKey);
      const isThere = errorClass === "unknown" && (await this.#isThere(write).catch(() => false));
      if (!isThere) throw error;
      return true;
    }
  }

  async #isThere({ sessionKey, id }: Write): Promise<boolean> {
    const key = this.#config.storedKey(sessionKey);
    const stored = await this.#config.store.find(key);
    const row = stored && decodeRow(stored, key, this.#config)?.row;
    return id !== undefined && fateOfWrites([id], NO_ROW, row && { ...row, isLive: true }) === "applied";
  }
}
