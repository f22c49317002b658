import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { clearExpired } from "../../src/admin/clear-expired.ts";
import { EXIT } from "../../src/cli/command-error.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { helpOf } from "../../src/cli/help.ts";
import { parseCommandLine } from "../../src/cli/parse-command-line.ts";
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
    [["clear-expired", "lib/prisma.ts", "--client", "x"], '"lib/prisma.ts" is one word too many.'],
    [["clear-expired", "--clinet", "x"], "Unknown option '--clinet'. Did you mean `--client`?"],
    [["clear-expired", "--clients", "x"], "Did you mean `--client`?"],
    [
      ["clear-expired", "--database-url", "x"],
      "Unknown option '--database-url'. Run `npx prisma-db-session help clear",
    ],
    [["clear-expired", "--client"], "Option '--client <value>' argument missing."],
    [["clear-expired", "--client", "x", "--json=yes"], "Option '--json' does not take an argument."],
    [["clear-expired", "--client", "x", "--batch-size", "0"], 'The batch size "0" is no number of rows.'],
    [["clear-expired", "--client", "x", "--batch-size", "1e3"], 'The batch size "1e3" is no number of rows.'],
    [["clear-expired", "--client", "x", "--batch-size", "10001"], "Give a whole number from 1 to 10000."],
    [["clear-expired", "--client", "x", "--batch-size", "9".repeat(400)], "Give a whole number from 1 to 10000."],
  ])("%j is wrong use, said in one line with what to do", async (args, what) => {
    const { exitCode, stdout, stderr } = await runIn(root, args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^prisma-db-session: [^\n]+\. [^\n]+\.\n$/);
    expect(stderr).toContain(what);
  });
});
