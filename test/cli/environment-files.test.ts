import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { loadEnvironmentFiles } from "../../src/cli/environment-files.ts";
import { folder } from "./support.ts";

const NAMES = ["CLI_TEST_A", "CLI_TEST_B", "CLI_TEST_C"];
afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

it("reads .env.local before .env, and keeps what is set already", async () => {
  process.env.CLI_TEST_A = "set";
  loadEnvironmentFiles(
    await folder({
      ".env.local": "CLI_TEST_A=local\nCLI_TEST_B=local\n",
      ".env": "CLI_TEST_A=env\nCLI_TEST_B=env\nCLI_TEST_C=env\n",
    }),
  );
  expect(NAMES.map((name) => process.env[name])).toEqual(["set", "local", "env"]);
});

it("does without them, and takes no folder for one", async () => {
  const path = await folder();
  loadEnvironmentFiles(path);
  await mkdir(join(path, ".env"));
  loadEnvironmentFiles(path);
});
