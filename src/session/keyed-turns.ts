const MAX_TURN_MS = 1000;

/** Those who wait for each other over one key. */
interface Queue {
  /** When the last of them has ended. */
  last: Promise<void>;
  /** When one of them has taken too long: then nobody waits any more. */
  readonly hung: Promise<void>;
  readonly giveUp: () => void;
}

/**
 * Lets those of this process that got in each other's way over one key go one after another, so that a hundred of them send three hundred
 * statements and not thousands. A courtesy, no lock: what decides between two requests is the database, and when one takes longer than a
 * second, perhaps on a dead connection, those behind it all go on.
 */
export class KeyedTurns {
  readonly #queues = new Map<string, Queue>();

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(key) ?? newQueue();
    this.#queues.set(key, queue);
    const before = queue.last;
    const { promise: ended, resolve: end } = withResolver();
    queue.last = ended;
    await Promise.race([before, queue.hung]);
    const timer = setTimeout(() => {
      queue.giveUp();
      this.#forget(key, queue);
    }, MAX_TURN_MS);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      end();
      if (queue.last === ended) this.#forget(key, queue);
    }
  }

  #forget(key: string, queue: Queue): void {
    if (this.#queues.get(key) === queue) this.#queues.delete(key);
  }
}

function newQueue(): Queue {
  const { promise: hung, resolve: giveUp } = withResolver();
  return { last: Promise.resolve(), hung, giveUp };
}

function withResolver() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
