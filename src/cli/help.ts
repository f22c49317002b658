import type { Command, Option } from "./command.ts";

/** What `prisma-db-session --help` prints. */
export function helpOfAll(commands: readonly Command[]): string {
  const list = columns(commands.map(({ name, summary }) => [name, summary]));
  return `Usage: prisma-db-session COMMAND [options]

Commands:
${list}

\`prisma-db-session help COMMAND\` shows the options of a command. --version shows the version.
`;
}

/** What `--help` of a command prints. */
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

/** How options are written on a command line. */
export const optionNames = (options: object): string[] => Object.keys(options).map((name) => `--${name}`);
