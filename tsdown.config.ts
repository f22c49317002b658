import { defineConfig } from "tsdown";

const shared = { format: "esm", platform: "node", target: "node20.19", fixedExtension: false } as const;

export default defineConfig([
  {
    ...shared,
    entry: {
      index: "src/index.ts",
      "next/index": "src/next/index.ts",
      "edge/index": "src/edge/index.ts",
      "web/index": "src/web/index.ts",
      "testing/index": "src/testing/index.ts",
      "prisma-8/index": "src/prisma-8/index.ts",
    },
    dts: true,
  },
  // By itself: a chunk that the command shared with the entries would make each of them larger.
  { ...shared, entry: { "cli/index": "src/cli/index.ts" }, clean: false },
  // `npm run build` makes the other stubs of it: see scripts/build/stubs.mjs.
  { ...shared, entry: { "stubs/unavailable": "src/stubs/unavailable.ts" }, clean: false },
]);
