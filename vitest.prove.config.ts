// `npm run prove`: tests the guarantees at full size, and limits the time that hostile input takes.
// Test files run one after another, because some of them measure times.
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

const HOUR = 3_600_000;

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/{clusters,guarantees}/**/*.test.ts", "test/**/hostile-*.test.ts", "test/security/keys.test.ts"],
    provide: { proving: true },
    fileParallelism: false,
    testTimeout: HOUR,
    hookTimeout: HOUR,
    disableConsoleIntercept: true,
  },
});
