/** A promise that knows whether the handler waits for it. */
class ObservedPromise<Result> extends Promise<Result> {
  isAwaited = false;
  onDerived: ((derived: ObservedPromise<unknown>) => void) | undefined;

  /** `await` calls this, because the promise is of a class of its own. */
  // biome-ignore lint/suspicious/noThenProperty: a promise has one
  override then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.isAwaited = true;
    const derived = super.then(onFulfilled, onRejected);
    this.onDerived?.(derived as ObservedPromise<unknown>);
    return derived;
  }
}

/** The writes of a session that its handler has called without `await`. */
export class UnawaitedWrites {
  readonly #settled: Promise<void>[] = [];
  /** What the writes themselves threw. */
  readonly #errors = new Set<unknown>();
  readonly #failed: { readonly promise: ObservedPromise<unknown>; readonly cause: unknown }[] = [];
  #isClosed = false;

  /** Returns what the handler gets in place of the promise. */
  observe<Result>(write: Promise<Result>): Promise<Result> {
    if (this.#isClosed) return write;
    const observed = new ObservedPromise<Result>((resolve) => resolve(write));
    const onRejected = (cause: unknown) => {
      this.#errors.add(cause);
      this.#failed.push({ promise: observed, cause });
    };
    // The method of the base class does not count as awaiting. With it, no write is an unhandled
    // rejection.
    this.#settled.push(Promise.prototype.then.call(observed, () => {}, onRejected) as Promise<void>);
    this.#watchDerived(observed);
    return observed;
  }

  /** Waits for all writes. Later writes are not observed. */
  async settled(): Promise<void> {
    for (const write of this.#settled) await write;
    this.#isClosed = true;
    // An error needs some more steps to get to the end of a chain such as `save().then(next)`.
    if (this.#errors.size > 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /**
   * The first error of a write that the handler has not awaited. Ask at the end: a handler may
   * await a promise late.
   */
  get error(): { readonly cause: unknown } | undefined {
    return this.#failed.find(({ promise }) => !promise.isAwaited);
  }

  /**
   * `save().then(next)` is a promise that can be forgotten too. An error of `next` is the handler's
   * own.
   */
  #watchDerived(promise: ObservedPromise<unknown>): void {
    promise.onDerived = (derived) => {
      const onRejected = (cause: unknown) => {
        if (this.#errors.has(cause)) this.#failed.push({ promise: derived, cause });
        else if (!derived.isAwaited) throw cause;
      };
      Promise.prototype.then.call(derived, () => {}, onRejected);
      this.#watchDerived(derived);
    };
  }
}
