import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadEnvironmentFiles } from "../../src/cli/environment-files.ts";
import { folder } from "./support.ts";

const NAMES = ["CLI_TEST_A", "CLI_TEST_B", "CLI_TEST_C"];
beforeEach(() => {
  vi.stubEnv("NODE_ENV", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
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

it.each([
  [undefined, ["local", "local", "env"]],
  ["", ["local", "local", "env"]],
  ["production", ["production.local", "local", "production"]],
  ["test", ["test.local", "env", "env"]],
])("has the order of Next.js where NODE_ENV is %s", async (environment, values) => {
  vi.stubEnv("NODE_ENV", environment);
  loadEnvironmentFiles(
    await folder({
      ".env.production.local": "CLI_TEST_A=production.local\n",
      ".env.test.local": "CLI_TEST_A=test.local\n",
      ".env.local": "CLI_TEST_A=local\nCLI_TEST_B=local\n",
      ".env.production": "CLI_TEST_A=production\nCLI_TEST_B=production\nCLI_TEST_C=production\n",
      ".env": "CLI_TEST_A=env\nCLI_TEST_B=env\nCLI_TEST_C=env\n",
    }),
  );
  expect(NAMES.map((name) => process.env[name])).toEqual(values);
});

it("reads the first variable after a byte order mark", async () => {
  loadEnvironmentFiles(await folder({ ".env": "\ufeffCLI_TEST_A=one\nCLI_TEST_B=two\n" }));
  expect(NAMES.map((name) => process.env[name])).toEqual(["one", "two", undefined]);
});

it("says in one line which cannot be read", async () => {
  const path = await folder();
  await symlink(".env", join(path, ".env"));
  expect(() => loadEnvironmentFiles(path)).toThrow(/^\.env cannot be read \(ELOOP: .*\)\. Make it readable/);
});

it("does without them, and takes no folder for one", async () => {
  const path = await folder();
  loadEnvironmentFiles(path);
  await mkdir(join(path, ".env"));
  loadEnvironmentFiles(path);
});
