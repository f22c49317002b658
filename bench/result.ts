/** The result of one benchmark. */
export interface Result {
  readonly what: string;
  /**
   * The ratio of two times of one run, which is comparable between machines. `undefined` if the
   * benchmark compares nothing.
   */
  readonly ratio?: number;
  /** The goal: the maximum of the ratio. */
  readonly goal?: number;
  readonly details: Readonly<Record<string, number>>;
  /**
   * The goals: the maximum of a detail, by its name. Times depend on the machine, so the benchmark
   * prints the goal beside the time, and no test compares them.
   */
  readonly goals?: Readonly<Record<string, number>>;
}
