import type { Host } from "./host.ts";

/** An option of a command: how it is parsed, and its line in the help. */
export interface Option {
  readonly type: "string" | "boolean";
  readonly default?: string;
  /** The placeholder for the value of a string in the help, such as `FILE`. */
  readonly value?: string;
  readonly help: string;
}

/** Options by name, without `--`. */
export type Options = Readonly<Record<string, Option>>;

/** The values of the options on the command line. A missing boolean is false. */
export type Values<Given extends Options> = {
  readonly [Name in keyof Given]: Given[Name] extends { readonly type: "boolean" }
    ? boolean
    : Given[Name] extends { readonly default: string }
      ? string
      : string | undefined;
};

/** A command of `prisma-db-session`. */
export interface Command<Given extends Options = Options> {
  readonly name: string;
  /** The options in the usage line of the help, such as `--client FILE [options]`. */
  readonly usage: string;
  /** One line for the list of all commands. */
  readonly summary: string;
  /** The sentences of the help before the options. */
  readonly description: string;
  readonly options: Given;
  /** The lines of the help after the options, such as the exit codes. */
  readonly notes: string;
  /**
   * @returns the exit code
   * @throws CommandError to end the command with its message and exit code
   */
  run(values: Values<Given>, host: Host): Promise<number>;
}

/** Defines a command. Its `run` gets values of the types that the options have. */
export const defineCommand = <const Given extends Options>(command: Command<Given>): Command =>
  command as unknown as Command;
