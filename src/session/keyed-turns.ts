const MAX_TURN_MS = 1000;
const MAX_AT_ONCE = 4;

/** Those who wait for each other over one key. */
interface Queue {
  /** What lets each of those who wait go on, in the order in which they came. */
  readonly waiting: (() => void)[];
  /** How many are at work, but for those that take too long. */
  atWork: number;
  /** How many in a row took too long, with none that ended between. */
  stalled: number;
  /** How many have ended. */
  ended: number;
}

/**
 * Lets those of this process that got in each other's way over one key go one after another, so that a hundred of them send three hundred
 * statements and not thousands. A courtesy, no lock: what decides between two requests is the database.
 *
 * None is waited for longer than a second, since it may hang on a dead connection: then the next one goes on, and only that one, for all at
 * once would get in each other's way again. While none ends at all, half as many go on at once as hang in a row, at most four: of ten that
 * hang the last waits six seconds, of a hundred 28. Nothing is kept of those that have ended, nor of a key for which nobody waits.
 */
export class KeyedTurns {
  readonly #queues = new Map<string, Queue>();

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(key) ?? { waiting: [], atWork: 0, stalled: 0, ended: 0 };
    this.#queues.set(key, queue);
    await new Promise<void>((goOn) => {
      queue.waiting.push(goOn);
      this.#letGoOn(key, queue);
    });
    const endedBefore = queue.ended;
    let tookTooLong = false;
    const timer = setTimeout(() => {
      tookTooLong = true;
      queue.atWork--;
      // Where another has ended meanwhile, the database is slow at most, and more at once would make it slower.
      if (queue.ended === endedBefore) queue.stalled++;
      this.#letGoOn(key, queue);
    }, MAX_TURN_MS);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      queue.ended++;
      queue.stalled = 0;
      if (!tookTooLong) queue.atWork--;
      this.#letGoOn(key, queue);
    }
  }

  #letGoOn(key: string, queue: Queue): void {
    const atOnce = Math.max(1, Math.min(Math.floor(queue.stalled / 2), MAX_AT_ONCE));
    while (queue.waiting.length > 0 && queue.atWork < atOnce) {
      queue.atWork++;
      queue.waiting.shift()?.();
    }
    if (queue.atWork === 0 && this.#queues.get(key) === queue) this.#queues.delete(key);
  }
}
