import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { clearExpired } from "../../src/admin/clear-expired.ts";
import { EXIT } from "../../src/cli/command-error.ts";
import { type ClearExpiredLine, parseCommandLine, USAGE } from "../../src/cli/command-line.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { root, runIn } from "./support.ts";

describe("the command line", () => {
  it("has defaults", () => {
    expect(parseCommandLine(["clear-expired", "--client", "lib/prisma.ts"])).toEqual({
      command: "clear-expired",
      client: "lib/prisma.ts",
      model: "session",
      export: undefined,
      batchSize: undefined,
      dryRun: false,
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
    expect(parseCommandLine(["clear-expired", ...options])).toEqual({
      command: "clear-expired",
      client: "a.ts",
      model: "login",
      export: "db",
      batchSize: 10,
      dryRun: true,
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
    expect(options(table.join("\n"))).toEqual(options(USAGE.slice(USAGE.indexOf("Options:"))));
    for (const code of Object.values(EXIT)) expect(docs).toMatch(new RegExp(`^\\| (\\d+, )*${code}(, \\d+)* \\|`, "m"));
  });

  it("takes every batch size that clearExpired() takes", async () => {
    const config = { store: memoryStore(), now: () => new Date(), emit: () => {} };
    const { batchSize } = parseCommandLine([
      "clear-expired",
      "--client=a.ts",
      "--batch-size=10000",
    ]) as ClearExpiredLine;
    expect(batchSize).toBe(10_000);
    expect(await clearExpired(config, { batchSize: 10_000 })).toBe(0);
    await expect(clearExpired(config, { batchSize: 10_001 })).rejects.toThrow("batchSize");
  });

  it("--version is the package's", async () => {
    const { version } = JSON.parse(await readFile(`${root}package.json`, "utf8"));
    expect(await runIn(root, ["--version"])).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
  });

  it.each([
    [[], "No command was given."],
    [["clear"], 'There is no command "clear".'],
    [["clear-expired"], "The file of your Prisma client is missing."],
    [["clear-expired", "lib/prisma.ts", "--client", "x"], '"lib/prisma.ts" is one word too many.'],
    [["clear-expired", "--clinet", "x"], "Unknown option '--clinet'."],
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
