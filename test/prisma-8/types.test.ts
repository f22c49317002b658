import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { skippedBecause } from "../skipped.ts";
import { notInstalled } from "./installed.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it.skipIf(notInstalled)(
  `the types hold for models of a client with Prisma 8${skippedBecause(notInstalled)}`,
  async () => {
    const tsc = [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "test/prisma-8")];
    const { stdout } = await promisify(execFile)(process.execPath, tsc).catch(({ stdout }) => ({ stdout }));
    expect(stdout).toBe("");
  },
  120_000,
);
