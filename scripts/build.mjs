#!/usr/bin/env node
// `npm run build`: builds the package into dist/, unless dist/ is newer than its sources.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { writeStubs } from "./build/stubs.mjs";
import { isPackageFresh } from "./freshness.mjs";

if (!(await isPackageFresh())) {
  const tsdown = createRequire(import.meta.url).resolve("tsdown/run");
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const { status } = spawnSync(process.execPath, [tsdown, "--logLevel", "warn"], { cwd, stdio: "inherit" });
  process.exitCode = status ?? 1;
  if (status === 0) await writeStubs(new URL("../dist/", import.meta.url));
}
