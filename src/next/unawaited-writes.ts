/** A promise that knows whether anybody waits for it. */
class ObservedPromise<Result> extends Promise<Result> {
  isAwaited = false;

  /** `await` calls this, because the promise is of a class of its own. */
  // biome-ignore lint/suspicious/noThenProperty: a promise has one
  override then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.isAwaited = true;
    return super.then(onFulfilled, onRejected);
  }

  static override get [Symbol.species]() {
    return Promise;
  }
}

/** The writes of a session that its handler has called without `await`. */
export class UnawaitedWrites {
  /** The first error of a write that nobody awaited. */
  error: { readonly cause: unknown } | undefined;
  readonly #settled: Promise<void>[] = [];

  /** Returns what the handler gets in place of the promise. */
  observe<Result>(write: Promise<Result>): Promise<Result> {
    const observed = new ObservedPromise<Result>((resolve) => resolve(write));
    const onRejected = (cause: unknown) => {
      if (!observed.isAwaited) this.error ??= { cause };
    };
    // The method of the base class does not count as awaiting. With it, no write is an unhandled rejection.
    this.#settled.push(Promise.prototype.then.call(observed, () => {}, onRejected) as Promise<void>);
    return observed;
  }

  /** Waits for all writes, also for those that begin during the wait. */
  async settled(): Promise<void> {
    for (const write of this.#settled) await write;
  }
}
