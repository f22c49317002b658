// `npm run prove`: the guarantees at full size, and how long what is hostile may take; one file after another, since some of them measure.
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

const HOUR = 3_600_000;

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ["test/guarantees/**/*.test.ts", "test/**/hostile-*.test.ts"],
    provide: { proving: true },
    fileParallelism: false,
    testTimeout: HOUR,
    hookTimeout: HOUR,
    disableConsoleIntercept: true,
  },
});
