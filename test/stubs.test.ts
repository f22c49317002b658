// What stands for the package where there is no Node.js, and who gets it. Real apps: test/next/misplaced-tests.ts.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import { describe, expect, it, vi } from "vitest";
import { explainOnEdge, unavailable } from "../src/stubs/unavailable.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

/** The entries that need Node.js, with their stubs. */
const ENTRIES = [
  [".", "dist/stubs/index.js"],
  ["./next", "dist/stubs/next.js"],
  ["./web", "dist/stubs/web.js"],
  ["./testing", "dist/stubs/testing.js"],
  ["./prisma-8", "dist/stubs/prisma-8.js"],
] as const;

const namesIn = async (path: string): Promise<Record<string, unknown>> => ({ ...(await import(join(root, path))) });

describe.each(ENTRIES)("the stub of %s", (entry, stub) => {
  it("exports every name of the real file, and no other", async () => {
    const real = await namesIn(exports[entry].node);
    expect(Object.keys(real)).not.toEqual([]);
    expect(Object.keys(await namesIn(stub))).toEqual(Object.keys(real));
  });

  it("has constants as they are, and else what throws when it is called or constructed", async () => {
    const real = await namesIn(exports[entry].node);
    for (const [name, value] of Object.entries(await namesIn(stub))) {
      if (typeof value !== "function") {
        expect(value, name).toEqual(real[name]);
        continue;
      }
      const package_ = entry.replace(".", "prisma-db-session");
      const error = {
        name: "ConfigError",
        code: "SESSION_CONFIG",
        message: expect.stringContaining(`"${package_}" needs`),
      };
      expect(() => value({}), name).toThrow(expect.objectContaining(error));
      expect(() => Reflect.construct(value, []), name).toThrow(expect.objectContaining(error));
      expect(new Error() instanceof value, name).toBe(false);
    }
  });
});

it("an error of a stub says what to do in each place", () => {
  const { message } = errorOf(unavailable("getSession", "prisma-db-session/next"));
  expect(message).toMatch(/^Cannot use `getSession` here, because "prisma-db-session\/next" needs Node\.js, /);
  for (const advice of [
    "get the data as props from a server component, or call a server action",
    'use `hasSessionCookie` of "prisma-db-session/edge", or use proxy.ts',
    "begin the test file with `/** @jest-environment node */`",
  ]) {
    expect(message).toContain(advice);
  }
});

it("the stub of ./next explains itself on the edge runtime as soon as it is imported, and nowhere else", () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  explainOnEdge("prisma-db-session/next");
  expect(print).not.toHaveBeenCalled();
  vi.stubGlobal("EdgeRuntime", "edge-runtime");
  explainOnEdge("prisma-db-session/next");
  vi.unstubAllGlobals();
  expect(print.mock.calls).toEqual([[expect.stringMatching(/^prisma-db-session: Cannot work here, because .*needs/)]]);
  print.mockRestore();
});

/** Conditions that tools resolve with, in addition to `default`. */
const REAL: [who: string, conditions: string[]][] = [
  ["Node.js", ["node", "import", "module-sync", "node-addons"]],
  ["Jest's node environment", ["node", "node-addons", "require"]],
  ["webpack for Node.js, as Next.js has it", ["node", "import", "module", "webpack", "production"]],
  ["React server components", ["react-server", "node", "import", "module"]],
  ["wrangler, for Workers", ["workerd", "worker", "browser", "import"]],
  ["webpack for workers", ["worker", "browser", "import"]],
  ["Bun", ["bun", "node", "import"]],
  ["Deno", ["deno", "node", "import"]],
  ["a tool that says nothing", ["import"]],
];
const STUB: typeof REAL = [
  ["bundles for browsers", ["browser", "import", "module", "webpack"]],
  ["the edge runtime of Next.js", ["edge-light", "import", "module", "webpack"]],
  ["the edge runtime of Next.js, as a target of browsers", ["edge-light", "browser", "import"]],
  ["Jest's jsdom environment", ["browser", "require"]],
];

/** The files that a real bundler takes for the entries. */
async function resolved(conditionNames: string[]): Promise<(string | undefined)[]> {
  const files: (string | undefined)[] = [];
  await build({
    cwd: root,
    entry: "src/stubs/unavailable.ts",
    // The paths of a tsconfig.json would lead to the sources.
    inputOptions: { tsconfig: false, resolve: { conditionNames: [...conditionNames, "default"] } },
    plugins: [
      {
        name: "resolve",
        async buildStart() {
          for (const [entry] of ENTRIES) {
            const id = entry.replace(".", "prisma-db-session");
            files.push((await this.resolve(id, join(root, "test/stubs.test.ts")))?.id.slice(root.length));
          }
        },
      },
    ],
    deps: { alwaysBundle: [/^prisma-db-session/] },

    platform: "neutral",
    write: false,
    clean: false,
    config: false,
    dts: false,
    logLevel: "error",
  });
  return files;
}

describe("the conditions of the entries", () => {
  it.each(REAL)("give the real files to %s", async (_, conditions) => {
    expect(await resolved(conditions)).toEqual(ENTRIES.map(([entry]) => exports[entry].node.slice(2)));
  });

  it.each(STUB)("give the stubs to %s", async (_, conditions) => {
    expect(await resolved(conditions)).toEqual(ENTRIES.map(([, stub]) => stub));
  });

  it("name the types first, and the real file last, in every entry that needs Node.js", () => {
    for (const [entry] of ENTRIES) {
      const names = Object.keys(exports[entry]);
      expect(names).toEqual(["types", "workerd", "worker", "node", "edge-light", "browser", "default"]);
    }
    const others = Object.keys(exports).filter((entry) => !ENTRIES.some(([name]) => name === entry));
    expect(others).toEqual(["./edge", "./package.json"]);
  });
});

function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown.");
}
