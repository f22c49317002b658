const PATIENCE_MS = 1000;

/** One caller's place in a queue. */
interface Place {
  /** Ends the wait: it is this caller's turn, or the first in the queue has changed. */
  wake: () => void;
}

/**
 * Lets callers of this process take turns over one key, in the order in which they came. Otherwise
 * saves that conflict over a row would overtake one another again and again. The queue is not a
 * lock: the database decides who wins.
 *
 * Each caller also waits for a timer of its own. The first in the queue may hang on a dead
 * connection, or its request may have been cancelled. If the queue has not moved for a second, the
 * first in the queue loses its place.
 */
export class KeyedQueue {
  readonly #queues = new Map<string, Place[]>();

  /** Whether a caller has a turn for this key. */
  isBusy(key: string): boolean {
    return this.#queues.has(key);
  }

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(key) ?? [];
    this.#queues.set(key, queue);
    const place: Place = { wake: () => {} };
    queue.push(place);
    while (queue.includes(place) && queue[0] !== place) {
      const first = queue[0] as Place;
      if (!(await waitForMove(place)) && queue[0] === first) this.#leave(key, queue, first);
    }
    try {
      return await work();
    } finally {
      this.#leave(key, queue, place);
    }
  }

  #leave(key: string, queue: Place[], place: Place): void {
    const index = queue.indexOf(place);
    if (index === -1) return; // it lost its place before
    queue.splice(index, 1);
    queue[0]?.wake();
    if (queue.length === 0 && this.#queues.get(key) === queue) this.#queues.delete(key);
  }
}

/** Whether a caller was woken, rather than tired of waiting. */
function waitForMove(place: Place): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    place.wake = () => {
      clearTimeout(timer);
      resolve(true);
    };
  });
}
