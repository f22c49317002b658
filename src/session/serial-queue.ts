/** Runs asynchronous calls on one object one after another, in the order they were made. A failed call stops no other. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Settles when all calls made so far have ended. It never rejects. */
  get idle(): Promise<unknown> {
    return this.#last;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
