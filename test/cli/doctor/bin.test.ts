// The command that the package installs, on the TypeScript client of an app.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { app, root } from "../support.ts";

const BIN = join(root, "dist/cli/index.js");

function start(cwd: string, args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, "doctor", ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([stdout, stderr, [exitCode]]) => ({ stdout, stderr, exitCode: exitCode as number }),
  );
  return { child, ended };
}

it("examines the app's database, and prints nothing but the report on standard output", async () => {
  const noisy = `
    import { prisma } from "@/lib/prisma";
    console.log("printed while loading");
    export default prisma;`;
  const { path, prisma } = await app({ expired: 3, files: { "lib/client.ts": noisy } });
  const { stdout, stderr, exitCode } = await start(path, ["--client", "lib/client.ts"]).ended;
  expect({ stderr, exitCode }).toEqual({ stderr: "printed while loading\n", exitCode: 0 });
  expect(stdout).toMatch(/^passed +connection +SQLite [\d.]+, Prisma 7\.10\.0, @prisma\/adapter-libsql 7\.10\.0\n/);
  // The app did not set WAL, and its rows expired in 1970.
  expect(stdout.match(/^warning +\S+/gm)?.map((line) => line.split(/ +/)[1])).toEqual(["journal-mode", "expired-rows"]);
  expect(stdout).toMatch(/\n\n15 passed, 2 warnings\.\n$/);
  expect(await prisma.session.count()).toBe(4);
});

it("leaves no row when it is stopped in the middle of a write", async () => {
  const waiting = `
    import { prisma as base } from "@/lib/prisma";
    let inserts = 0;
    export const prisma = base.$extends({ query: { session: { async createMany({ args, query }) {
      if (++inserts === 5) {
        const busy = setInterval(() => {}, 1000);
        const stopped = new Promise((resolve) => process.once("SIGTERM", resolve));
        process.stderr.write("a row");
        await stopped;
        clearInterval(busy);
      }
      return query(args);
    } } } });`;
  const { path, prisma } = await app({ expired: 0, files: { "lib/client.ts": waiting } });
  const { child, ended } = start(path, ["--client", "lib/client.ts"]);
  child.stderr.once("data", () => child.kill("SIGTERM"));
  const { stdout, exitCode } = await ended;
  expect(exitCode).toBe(143);
  expect(stdout).toContain("Stopped by SIGTERM.");
  expect(await prisma.session.count()).toBe(1);
});
