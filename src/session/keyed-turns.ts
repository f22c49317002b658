const MAX_TURN_MS = 1000;

/**
 * Lets those of this process that got in each other's way over one key go one after another, so that a hundred of them send two hundred
 * statements and not thousands. A courtesy, no lock: what decides between two requests is the database, and whoever takes longer than a
 * second, perhaps on a dead connection, is not waited for.
 */
export class KeyedTurns {
  readonly #ends = new Map<string, Promise<void>>();

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#ends.get(key);
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#ends.set(key, ended);
    await before;
    const timer = setTimeout(end, MAX_TURN_MS);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      end();
      if (this.#ends.get(key) === ended) this.#ends.delete(key);
    }
  }
}
