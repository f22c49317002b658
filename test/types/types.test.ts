import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

// The other files of this folder are compiled, never run: a wrong line that compiles is an error there too.
it("the types hold, against clients that Prisma 7.10 generated", async () => {
  const tsc = [`${root}node_modules/typescript/bin/tsc`, "-p", root];
  const { stdout } = await promisify(execFile)(process.execPath, tsc).catch(({ stdout }) => ({ stdout }));
  expect(stdout).toBe("");
}, 120_000);
