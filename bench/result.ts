/** What one benchmark found. */
export interface Result {
  readonly what: string;
  /** What is compared within one run, so that it says something on any machine; undefined where there is nothing to compare with. */
  readonly ratio?: number;
  /** The most that the ratio should be. */
  readonly goal?: number;
  readonly details: Readonly<Record<string, number>>;
  /** The most that a detail should be, by its name. A time depends on the machine: it is printed beside its goal, and compared by no test. */
  readonly goals?: Readonly<Record<string, number>>;
}
