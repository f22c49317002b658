import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { clearExpired } from "../../src/admin/clear-expired.ts";
import { EXIT } from "../../src/cli/command-error.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { helpOf } from "../../src/cli/help.ts";
import { parseCommandLine } from "../../src/cli/parse-command-line.ts";
import { CLIENT_OPTIONS } from "../../src/cli/with-client.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { folder, root, runIn } from "./support.ts";

const parse = (args: readonly string[]) => {
  const line = parseCommandLine(COMMANDS, args);
  return line.kind === "run" ? { command: line.command.name, ...line.values } : line;
};

describe("the command line", () => {
  it("has defaults", () => {
    expect(parse(["clear-expired", "--client", "lib/prisma.ts"])).toEqual({
      command: "clear-expired",
      client: "lib/prisma.ts",
      model: "session",
      "dry-run": false,
      json: false,
    });
  });

  it("takes every option", () => {
    const options = [
      "--client=a.ts",
      "--model",
      "login",
      "--export",
      "db",
      "--batch-size",
      "10",
      "--dry-run",
      "--json",
    ];
    expect(parse(["clear-expired", ...options])).toEqual({
      command: "clear-expired",
      client: "a.ts",
      model: "login",
      export: "db",
      "batch-size": "10",
      "dry-run": true,
      json: true,
    });
  });

  it("--help names every option, on standard output", async () => {
    const { exitCode, stdout, stderr } = await runIn(root, ["clear-expired", "--help"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const name of ["client", "model", "export", "batch-size", "dry-run", "json", "help", "version"]) {
      expect(stdout).toContain(`--${name}`);
    }
  });

  it("is what the docs say it is", async () => {
    const docs = await readFile(`${root}docs/clearing-expired.md`, "utf8");
    const options = (text: string) => [...new Set(text.match(/--[a-z]+(-[a-z]+)*( [A-Z]+)?/g))].sort();
    const table = docs.split("\n").filter((line) => line.startsWith("| `--"));
    const [command] = COMMANDS.filter(({ name }) => name === "clear-expired");
    const help = command ? helpOf(command) : "";
    expect(options(table.join("\n"))).toEqual(options(help.slice(help.indexOf("Options:"))));
    for (const code of Object.values(EXIT)) expect(docs).toMatch(new RegExp(`^\\| (\\d+, )*${code}(, \\d+)* \\|`, "m"));
  });

  it("takes every batch size that clearExpired() takes", async () => {
    const config = { store: memoryStore(), now: () => new Date(), emit: () => {} };
    const path = await folder();
    const { stderr } = await runIn(path, ["clear-expired", "--client=a.ts", "--batch-size=10000"]);
    expect(stderr).toContain("There is no file");
    expect(await clearExpired(config, { batchSize: 10_000 })).toBe(0);
    await expect(clearExpired(config, { batchSize: 10_001 })).rejects.toThrow("batchSize");
  });

  it.each(["init", "list", "revoke", "stats"])("docs/commands.md has every option of %s", async (name) => {
    const docs = await readFile(`${root}docs/commands.md`, "utf8");
    const [, section = ""] = docs.split(`\n### \`${name}\`\n`);
    const table =
      section
        .split(/^#/m)[0]
        ?.match(/^\| `--.*$/gm)
        ?.join("\n") ?? "";
    const [command] = COMMANDS.filter((candidate) => candidate.name === name);
    const own = Object.entries(command?.options ?? {}).filter(([option]) => !(option in CLIENT_OPTIONS));
    const names = own.map(([option, { value }]) => `--${option}${value ? ` ${value}` : ""}`);
    expect([...table.matchAll(/^\| `([^`]+)`/gm)].map(([, option]) => option)).toEqual(names);
  });

  it.each([["--help"], ["-h"], ["help"]])("%s names every command", async (word) => {
    const { exitCode, stdout, stderr } = await runIn(root, [word]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
  });

  it.each(COMMANDS.map(({ name }) => name))("`help %s` is its --help, in lines of a terminal", async (name) => {
    const { exitCode, stdout } = await runIn(root, ["help", name]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: prisma-db-session ${name} `);
    expect((await runIn(root, [name, "--help"])).stdout).toBe(stdout);
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(120);
  });

  it("takes the options before the command too", () => {
    expect(parse(["--client", "a.ts", "clear-expired"])).toMatchObject({ command: "clear-expired", client: "a.ts" });
  });

  it("--version is the package's", async () => {
    const { version } = JSON.parse(await readFile(`${root}package.json`, "utf8"));
    expect(await runIn(root, ["--version"])).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  });

  it.each([
    [[], "No command was given."],
    [["clear"], 'There is no command "clear". Did you mean `clear-expired`?'],
    [["claer-expierd"], "Did you mean `clear-expired`?"],
    [["help", "clear-expire"], "Did you mean `clear-expired`?"],
    [["migrate"], 'There is no command "migrate". Run `npx prisma-db-session --help`'],
    [["clear-expired"], "The file of your Prisma client is missing."],
    [
      ["clear-expired", "lib/prisma.ts", "--client", "x"],
      'Unexpected argument "lib/prisma.ts". Run `npx prisma-db-session help clear-expired`',
    ],
    [["clear-expired", "--clinet", "x"], "Unknown option '--clinet'. Did you mean `--client`?"],
    [["clear-expired", "--clients", "x"], "Did you mean `--client`?"],
    [
      ["clear-expired", "--database-url", "x"],
      "Unknown option '--database-url'. Run `npx prisma-db-session help clear",
    ],
    [["clear-expired", "--client"], "Option '--client <value>' argument missing."],
    [["clear-expired", "--client", "x", "--json=yes"], "Option '--json' does not take an argument."],
    [
      ["clear-expired", "--client", "x", "--batch-size", "0"],
      '--batch-size must be a whole number from 1 to 10000, but it is "0".',
    ],
    [["clear-expired", "--client", "x", "--batch-size", "1e3"], 'but it is "1e3".'],
    [
      ["clear-expired", "--client", "x", "--batch-size", "10001"],
      "--batch-size must be a whole number from 1 to 10000, but",
    ],
    [
      ["clear-expired", "--client", "x", "--batch-size", "9".repeat(400)],
      "--batch-size must be a whole number from 1 to 10000, but",
    ],
    [["lsit"], "Did you mean `list`?"],
    [["revok", "--all"], "Did you mean `revoke`?"],
    [["stat"], "Did you mean `stats`?"],
    [["innit"], "Did you mean `init`?"],
    [["list"], "The file of your Prisma client is missing."],
    [["list", "--client", "nowhere.ts"], "There is no file"],
    [["revoke", "--client", "x", "--hwere", "{}"], "Unknown option '--hwere'. Did you mean `--where`?"],
    [["revoke", "--client", "x", "--keyhash", "x"], "Did you mean `--key-hash`?"],
    [["revoke", "--client", "x", "--everyone"], "Unknown option '--everyone'."],
    [["revoke", "--client", "x"], "Give --where JSON or --key-hash HASH, or --all for every session."],
    [["revoke", "--client", "x", "--yes"], "Cannot revoke because no sessions were named."],
    [["revoke", "--client", "x", "--all", "--key-hash", "0".repeat(16)], "Leave one of them out."],
    [["revoke", "--client", "x", "--key-hash", "abc"], "--key-hash must be the 16 characters of 0-9 and a-f"],
    // What the shell makes of {"userId": 7} and of {"userId":7,"address":"x"} without quotes.
    [["revoke", "--client", "x", "--where", "{userId:", "7}"], 'Unexpected argument "7}". The shell has split a value'],
    [["revoke", "--client", "x", "--where", "userId:7", "address:x"], "put the whole value into single quotes."],
    [["revoke", "--client", "x", "--where", "{}", "--where", "{}"], "--where was given more than once. Give it once."],
    [["revoke", "--client", "x", "--where"], "Option '--where <value>' argument missing."],
    [["revoke", "--client", "x", "--where", "--yes"], "Option '--where' argument is ambiguous."],
    [["list", "--client", "x", "--limit", "0"], '--limit must be a whole number from 1 to 10000, but it is "0".'],
    [["list", "--client", "x", "--limit", "all"], 'but it is "all".'],
    [["stats", "--client", "x", "--where", "{}"], "Unknown option '--where'."],
    [["list", "\u001b[31mred"], 'Unexpected argument "red".'],
  ])("%j is wrong use, said in one line with what to do", async (args, what) => {
    const { exitCode, stdout, stderr } = await runIn(root, args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^prisma-db-session: [^\n]+\. [^\n]+\.\n$/);
    expect(stderr).toContain(what);
  });
});
