import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));

/** A project with the packed package in it, and nothing else. It goes when the test has finished. */
export async function projectWithPackage() {
  const project = await mkdtemp(join(tmpdir(), "package-"));
  onTestFinished(() => rm(project, { recursive: true }));
  const installed = `${project}/node_modules/prisma-db-session`;
  await mkdir(installed, { recursive: true });
  const { stdout: packed } = await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", project], {
    cwd: root,
  });
  await run("tar", ["-xzf", `${project}/${packed.trim()}`, "-C", installed, "--strip-components=1"]);
  return { project, installed };
}
