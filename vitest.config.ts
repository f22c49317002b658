import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";
import { SummaryReporter } from "./test/summary-reporter.ts";

const src = fileURLToPath(new URL("./src", import.meta.url));

export default defineConfig({
  resolve: {
    // Some tests import the package by its name, as users do. They run against the source.
    alias: [
      { find: /^prisma-db-session$/, replacement: `${src}/index.ts` },
      { find: /^prisma-db-session\/([\w-]+)$/, replacement: `${src}/$1/index.ts` },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/.next/**", "**/dist/**", "test/next/fixtures/**"],
    globalSetup: "test/databases/global-setup.ts",
    // vitest.prove.config.ts sets this to true: see test/guarantees/scale.ts.
    provide: { proving: false },
    // Processes, not threads: libsql is a native addon. If an addon crashes, only one test file
    // should fail.
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: ["default", new SummaryReporter()],
    coverage: {
      provider: "v8",
      include: ["src/**"],
      reporter: ["text-summary", ["text", { skipFull: true }]],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
