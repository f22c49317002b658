import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { isInstalled } from "../../scripts/freshness.mjs";
import { root } from "../docs/code-blocks.ts";
import { skippedBecause } from "../skipped.ts";
import { guideProject } from "../testing/guide-project.ts";

const notInstalled = (await isInstalled("test/jest"))
  ? undefined
  : "Jest is not installed. Run `npm run test:versions`";

const jest = `${root}test/jest/node_modules/jest`;

/** What Jest prints for the test of the guide's app. */
async function runJest(project: string): Promise<string> {
  const { NODE_ENV, NODE_OPTIONS, ...env } = process.env;
  const args = [`${jest}/bin/jest.js`, "--json", "--no-cache", "--watchman=false", "test/sign-out.test.js"];
  const run = promisify(execFile)(process.execPath, args, { cwd: project, env });
  return (await run.catch((error) => error)).stdout;
}

describe.skipIf(notInstalled)(
  `docs/testing.md in Jest${skippedBecause(notInstalled)}`,
  () => {
    it("runs actions with the packed package, as the guide shows it", async () => {
      const project = await guideProject({ jest });
      expect(JSON.parse(await runJest(project))).toMatchObject({ numPassedTests: 1, success: true });

      await rm(`${project}/jest.config.js`);
      expect(await runJest(project)).toContain('"success":false');
    });
  },
  120_000,
);
