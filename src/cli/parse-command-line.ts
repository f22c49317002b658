import { parseArgs } from "node:util";
import type { Command, Options, Values } from "./command.ts";
import { CommandError, messageOf } from "./command-error.ts";
import { optionNames } from "./help.ts";
import { nearest } from "./nearest.ts";

/** A valid command line. `help` without a command describes all commands. */
export type CommandLine =
  | { readonly kind: "run"; readonly command: Command; readonly values: Values<Options> }
  | { readonly kind: "help"; readonly command: Command | undefined }
  | { readonly kind: "version" };

/** The options of every command. */
const GLOBAL = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

const HELP_OF_ALL = "Run `npx prisma-db-session --help` to see the commands.";

/** @throws CommandError for an unknown command or option, and for an option without its value */
export function parseCommandLine(commands: readonly Command[], args: readonly string[]): CommandLine {
  const [name, ...others] = wordsOf(commands, args);
  if (name === "help")
    return { kind: "help", command: others[0] === undefined ? undefined : find(commands, others[0]) };
  const command = name === undefined ? undefined : find(commands, name);
  const { help, version, ...values } = parse(command, args);
  if (help) return { kind: "help", command };
  if (version) return { kind: "version" };
  if (!command) throw new CommandError(`No command was given. ${HELP_OF_ALL}`);
  if (others[0] !== undefined) throw unexpected(others[0], command);
  return { kind: "run", command, values };
}

/** The words that are not part of an option. The first word is the command, even after options. */
function wordsOf(commands: readonly Command[], args: readonly string[]): string[] {
  const options = Object.assign({}, ...commands.map((command) => parsedOptions(command.options)));
  return parseArgs({ args: [...args], allowPositionals: true, strict: false, options }).positionals;
}

function find(commands: readonly Command[], name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command) return command;
  const near = nearest(
    name,
    commands.map((candidate) => candidate.name),
  );
  throw new CommandError(`There is no command "${name}". ${didYouMean(near)}${HELP_OF_ALL}`);
}

function parse(command: Command | undefined, args: readonly string[]): Values<Options> {
  const options = { ...parsedOptions(command?.options ?? {}), ...GLOBAL };
  try {
    const { values, tokens } = parseArgs({ args: [...args], allowPositionals: true, options, tokens: true });
    checkOnce(
      tokens.filter((token) => token.kind === "option").map(({ name }) => name),
      options,
    );
    const flags = Object.entries(options).filter(([, { type }]) => type === "boolean");
    return { ...Object.fromEntries(flags.map(([name]) => [name, false])), ...values } as Values<Options>;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // After the first sentence, Node.js gives advice about words that begin with a hyphen.
    const [what = ""] = messageOf(error).split(". ");
    const [, unknown] = /^Unknown option '(--[^']+)'/.exec(what) ?? [];
    const near = unknown && nearest(unknown, optionNames(options));
    throw new CommandError(`${what}. ${didYouMean(near)}${command ? helpOn(command) : HELP_OF_ALL}`, undefined, {
      cause: error,
    });
  }
}

/** Refuses an option that is given twice, because the last value would win silently. */
function checkOnce(names: readonly string[], options: Readonly<Record<string, { readonly type: string }>>): void {
  const twice = names.find((name, i) => options[name]?.type === "string" && names.indexOf(name) !== i);
  if (twice !== undefined) throw new CommandError(`--${twice} was given more than once. Give it once.`);
}

function unexpected(word: string, command: Command): CommandError {
  const cause = /[{}":]/.test(word)
    ? "The shell has split a value: put the whole value into single quotes."
    : helpOn(command);
  return new CommandError(`Unexpected argument "${word}". ${cause}`);
}

const parsedOptions = (options: Options) =>
  Object.fromEntries(
    Object.entries(options).map(([name, { type, default: preset }]) => [
      name,
      { type, ...(preset !== undefined && { default: preset }) },
    ]),
  );

const didYouMean = (near: string | undefined): string => (near ? `Did you mean \`${near}\`? ` : "");

const helpOn = ({ name }: Command): string => `Run \`npx prisma-db-session help ${name}\` to see its options.`;
