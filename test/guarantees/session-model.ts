/** A session's data in the model: JSON values by key. The expiry that `setExpiry` gives is one of them, under a name of its own. */
export type Data = ReadonlyMap<string, unknown>;

export const EXPIRY = "(expiry)";

interface Row {
  data: Data;
  expires: number;
}

/** What one request of the model knows: its copy of the session, and what the row held when it was read. */
export interface Request {
  key: string | null;
  /** What was read or written last. Undefined after a clear: the next save replaces all. */
  base: Data | undefined;
  data: Map<string, unknown>;
}

/**
 * What the table must hold: a plain map, in which every operation happens at one instant. No statements, no guards, no retries; how two
 * requests come together is one line in `merge`.
 */
export class SessionModel {
  readonly rows = new Map<string, Row>();
  /** Every key that ever had a row. */
  readonly keys = new Set<string>();
  /** In milliseconds. */
  now: number;
  readonly #maxAge: number;

  /** @param maxAge in seconds */
  constructor(now: number, maxAge: number) {
    this.now = now;
    this.#maxAge = maxAge;
  }

  isLive(key: string | null): boolean {
    const row = key === null ? undefined : this.rows.get(key);
    return row !== undefined && row.expires > this.now;
  }

  load(key: string | null): Request {
    if (key === null || !this.isLive(key)) return { key: null, base: new Map(), data: new Map() };
    const { data } = this.rows.get(key) as Row;
    return { key, base: copy(data), data: copy(data) };
  }

  /**
   * Saves under the new key that a request got, or under the one that it has.
   *
   * @param given The keys that a sign-in was given. They win, even if the request read the same values.
   */
  save(request: Request, newKey: string, given: readonly string[] = []): void {
    const { key, base, data } = request;
    const merged = key !== null && base ? merge((this.rows.get(key) as Row).data, base, data, given) : copy(data);
    if (key !== null) this.rows.delete(key);
    this.rows.set(newKey, { data: merged, expires: this.now + this.#age(merged) * 1000 });
    this.keys.add(newKey);
    Object.assign(request, { key: newKey, base: copy(merged), data: copy(merged) });
  }

  delete(key: string | null): void {
    if (key !== null) this.rows.delete(key);
  }

  clearExpired(): void {
    for (const [key, row] of this.rows) if (row.expires <= this.now) this.rows.delete(key);
  }

  #age(data: Data): number {
    return (data.get(EXPIRY) as number | undefined) || this.#maxAge;
  }
}

/** Theirs, with the keys that this request set or removed on top. */
function merge(theirs: Data, base: Data, mine: Data, given: readonly string[]): Map<string, unknown> {
  const merged = copy(theirs);
  for (const key of base.keys()) if (!mine.has(key)) merged.delete(key);
  for (const [key, value] of mine) {
    if (given.includes(key) || text(value) !== text(base.get(key))) merged.set(key, value);
  }
  return copy(merged);
}

const text = (value: unknown) => JSON.stringify(value);
const copy = (data: Data) => new Map(structuredClone([...data]));
