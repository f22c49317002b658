import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { skippedBecause } from "../skipped.ts";
import { app, folder, root } from "./support.ts";

const BIN = join(root, "dist/cli/index.js");
const CLEAR = ["clear-expired", "--client", "lib/client.ts"];

/** A client whose first batch says on standard error that it is there, and then waits for what is to come. */
const waitingClient = (event: string) => `
import { prisma as base } from "@/lib/prisma";
export const prisma = base.$extends({ query: { session: { async deleteMany({ args, query }) {
  const result = await query(args);
  const busy = setInterval(() => {}, 1000);
  const waiting = new Promise((resolve) => ${event});
  process.stderr.write("a batch");
  await waiting;
  clearInterval(busy);
  return result;
} } } });
`;

function start(cwd: string, args: readonly string[], command = [BIN]) {
  const [file = "", ...before] = command;
  const child = spawn(file, [...before, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([stdout, stderr, [exitCode]]) => ({ stdout, stderr, exitCode: exitCode as number }),
  );
  return { child, ended };
}

describe("the command that the package installs", () => {
  it("prints the result alone on standard output, and ends though the client's file keeps something open", async () => {
    const noisy = `
      import { prisma } from "@/lib/prisma";
      console.log("printed while loading");
      setInterval(() => {}, 1000);
      export default prisma;`;
    const { path } = await app({ expired: 3, files: { "lib/client.ts": noisy } });
    const { stdout, stderr, exitCode } = await start(path, [...CLEAR, "--json"]).ended;
    expect(stdout).toBe('{"deleted":3}\n');
    expect(stderr).toBe("printed while loading\n");
    expect(exitCode).toBe(0);
  });

  it("ends with 2 and one line where it cannot begin", async () => {
    const { stdout, stderr, exitCode } = await start(await folder(), CLEAR).ended;
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toMatch(/^prisma-db-session: There is no file [^\n]+\n$/);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("stops by %s after the running batch", async (signal, code) => {
    const client = waitingClient(`process.once("${signal}", resolve)`);
    const { path, prisma } = await app({ expired: 5, files: { "lib/client.ts": client } });
    const { child, ended } = start(path, [...CLEAR, "--batch-size", "2"]);
    child.stderr.once("data", () => child.kill(signal));
    const { stdout, exitCode } = await ended;
    expect(stdout).toBe(`Stopped by ${signal}: 2 expired rows deleted. Run the command again for the rest.\n`);
    expect(exitCode).toBe(code);
    expect(await prisma.session.count()).toBe(4);
  });

  it("ends at once when it is told again, though the batch does not end", async () => {
    const client = waitingClient("{}");
    const { path } = await app({ expired: 5, files: { "lib/client.ts": client } });
    const { child, ended } = start(path, CLEAR);
    let insisting: NodeJS.Timeout | undefined;
    child.stderr.once("data", () => {
      insisting = setInterval(() => child.kill("SIGTERM"), 100);
    });
    const { stdout, exitCode } = await ended.finally(() => clearInterval(insisting));
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 143 });
  });

  it("goes on with its work when nobody reads what it prints", async () => {
    const chatty = `
      import { prisma as base } from "@/lib/prisma";
      const wait = () => new Promise((resolve) => setTimeout(resolve, 50));
      export const prisma = base.$extends({ query: { session: { async deleteMany({ args, query }) {
        console.error("a batch");
        await wait();
        return query(args);
      } } } });`;
    const { path, prisma } = await app({ expired: 6, files: { "lib/client.ts": chatty } });
    const { child, ended } = start(path, [...CLEAR, "--batch-size", "2"]);
    child.stdout.destroy();
    child.stderr.once("data", () => child.stderr.destroy());
    const exited = once(child, "exit");
    await ended.catch(() => {}); // what is destroyed has no text
    expect(await exited).toEqual([0, null]);
    expect(await prisma.session.count()).toBe(1);
  });

  it("says so when the client's file never finishes loading", async () => {
    const path = await folder({ "client.mjs": "await new Promise(() => {}); export const prisma = 1;" });
    const { stdout, stderr, exitCode } = await start(path, ["clear-expired", "--client", "client.mjs"]).ended;
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toMatch(
      /^prisma-db-session: [^\n]+ a promise never settles\. Check what [^\n]+ at its top level\.\n$/,
    );
  });

  it.each(["process.nextTick(() => { throw error; })", "Promise.reject(error)"])(
    "prints the message alone of an error that was not caught: %s",
    async (thrown) => {
      const text = `
        const error = Object.assign(new Error("The pool broke."), { options: { password: "s3cret" } });
        ${thrown};
        await new Promise((resolve) => setTimeout(resolve, 10_000));`;
      const path = await folder({ "client.mjs": text });
      const { stdout, stderr, exitCode } = await start(path, ["clear-expired", "--client", "client.mjs"]).ended;
      expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
      expect(stderr).toBe(
        "prisma-db-session: Your modules threw an error that was not caught: The pool broke. Fix it, and run the command again.\n",
      );
    },
  );

  const noScript = existsSync("/usr/bin/script")
    ? undefined
    : "This machine has no /usr/bin/script. Install it (Debian: bsdutils)";
  it.skipIf(noScript)(`draws a bar in a terminal, without colours${skippedBecause(noScript)}`, async () => {
    const { path } = await app({ expired: 4 });
    // A shell reads this line.
    const command = `'${BIN.replaceAll("'", "'\\''")}' clear-expired --client lib/prisma.ts --batch-size 2`;
    const { stdout, exitCode } = await start(path, ["-qec", command, "/dev/null"], ["/usr/bin/script"]).ended;
    expect(stdout).toContain("50 % (2 of 4)");
    expect(stdout).toMatch(/100 % \(4 of 4\)\s+4 expired rows deleted\.\s*$/);
    expect(stdout).not.toContain("\u001b");
    expect(exitCode).toBe(0);
  });

  /** `revoke` in a terminal, and what is typed there. */
  async function inTerminal(typed: string) {
    const { path, prisma } = await app({ expired: 1 });
    const command = `'${BIN.replaceAll("'", "'\\''")}' revoke --client lib/prisma.ts --all`;
    const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], {
      cwd: path,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let shown = "";
    child.stdout.on("data", (chunk) => {
      const isAsked = shown.includes("[y/N]");
      shown += chunk;
      if (!isAsked && shown.includes("[y/N]")) child.stdin.write(typed);
    });
    const [exitCode] = await once(child, "close");
    child.stdin.destroy();
    return { exitCode, shown, rows: await prisma.session.count() };
  }

  it.skipIf(noScript).each([
    ["y\r", 0, 0, "2 rows deleted."],
    ["n\r", 1, 2, "The answer was no. Nothing was deleted."],
    ["\r", 1, 2, "The answer was no. Nothing was deleted."],
    ["\u0004", 1, 2, "The answer was no. Nothing was deleted."],
    ["\u0003", 130, 2, "Stopped by SIGINT. Nothing was changed."],
  ])(`asks in a terminal, and %j ends it with %i${skippedBecause(noScript)}`, async (typed, code, left, said) => {
    const { exitCode, shown, rows } = await inTerminal(typed);
    expect(shown).toContain("1 of 1 live session would be signed out, and 1 expired row.");
    expect(shown).toContain(said);
    expect({ exitCode, rows }).toEqual({ exitCode: code, rows: left });
  });
});
