/** The signals that end a command early. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** A stream that a command writes to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The width of a terminal. */
  readonly columns?: number;
}

/** The parts of the process that a command uses. Tests replace them. */
export interface Host {
  readonly stdout: Output;
  readonly stderr: Output;
  cwd(): string;
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  exit(exitCode: number): void;
  /** Asks the user at the terminal. Absent if there is no terminal. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** Default: the clock of this machine. */
  now?(): Date;
}
