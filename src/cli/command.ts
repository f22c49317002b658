import type { Host } from "./host.ts";

/** An option of a command: how it is parsed, and its line in the help. */
export interface Option {
  readonly type: "string" | "boolean";
  readonly default?: string;
  /** What the help shows for the value of a string, such as `FILE`. */
  readonly value?: string;
  readonly help: string;
}

/** Options by their names, without `--`. */
export type Options = Readonly<Record<string, Option>>;

/** What was given for each option. A boolean that was not given is false. */
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
  /** The options that an example of its use shows, such as `--client FILE [options]`. */
  readonly usage: string;
  /** One line for the list of all commands. */
  readonly summary: string;
  /** The sentences of its help before the options. */
  readonly description: string;
  readonly options: Given;
  /** The lines of its help after the options, such as the exit codes. */
  readonly notes: string;
  /**
   * @returns the exit code
   * @throws CommandError whose paragraph and exit code end the command
   */
  run(values: Values<Given>, host: Host): Promise<number>;
}

/** A command whose `run` gets values of the types that its options say. */
export const defineCommand = <const Given extends Options>(command: Command<Given>): Command =>
  command as unknown as Command;
