import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { root } from "../docs/code-blocks.ts";
import { guideProject } from "./guide-project.ts";

/** What Vitest prints for a test of the guide's app. */
async function runVitest(project: string): Promise<string> {
  const { VITEST, VITEST_MODE, VITEST_POOL_ID, VITEST_WORKER_ID, NODE_ENV, NODE_OPTIONS, ...env } = process.env;
  const args = [`${root}node_modules/vitest/vitest.mjs`, "run", "test/sign-in.test.ts", "--reporter=json"];
  const run = promisify(execFile)(process.execPath, args, { cwd: project, env });
  return (await run.catch((error) => error)).stdout;
}

describe("docs/testing.md in Vitest", () => {
  it("runs actions and a page with the packed package, as the guide shows it", async () => {
    const project = await guideProject({ vitest: `${root}node_modules/vitest` });
    expect(JSON.parse(await runVitest(project))).toMatchObject({ numPassedTests: 1, success: true });

    const config = `${project}/vitest.config.ts`;
    const text = await readFile(config, "utf8");
    await writeFile(config, text.replace(/^ {2}test: .*$/m, ""));
    expect(await runVitest(project)).toContain("Cannot find a request");

    await writeFile(config, text.replace("test: {", '$& setupFiles: "test/setup.ts",'));
    expect(JSON.parse(await runVitest(project))).toMatchObject({ numPassedTests: 1, success: true });
  });
}, 120_000);
