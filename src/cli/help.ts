import type { Command, Option } from "./command.ts";

/** The output of `prisma-db-session --help`. */
export function helpOfAll(commands: readonly Command[]): string {
  const list = columns(commands.map(({ name, summary }) => [name, summary]));
  return `Usage: prisma-db-session COMMAND [options]

Commands:
${list}

\`prisma-db-session help COMMAND\` shows the options of a command. --version shows the version.
`;
}

/** The output of `prisma-db-session COMMAND --help`. */
export function helpOf({ name, usage, description, options, notes }: Command): string {
  return `Usage: prisma-db-session ${name} ${usage}

${description}

Options:
${columns([...Object.entries(options).map(optionLine), ["--help, --version", ""]])}

${notes}
`;
}

const optionLine = ([name, { value, help, default: preset }]: [string, Option]): [string, string] => [
  `--${name}${value ? ` ${value}` : ""}`,
  preset === undefined ? help : `${help} (default: ${preset})`,
];

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`.trimEnd()).join("\n");
}

/** The names of options as on a command line, with `--`. */
export const optionNames = (options: object): string[] => Object.keys(options).map((name) => `--${name}`);
