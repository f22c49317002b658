import { defineConfig } from "tsdown";

const shared = { format: "esm", platform: "node", target: "node20.19", fixedExtension: false } as const;

/** Puts some modules into files of their own, so that no file of the package has over 100 KB. */
const split = (files: Readonly<Record<string, RegExp>>) => ({
  codeSplitting: { groups: Object.entries(files).map(([name, test]) => ({ name, test })) },
});

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
    // Not the type declarations, which this build also bundles: expiry.d.ts and so on.
    outputOptions: split({ record: /\/src\/record\/[\w-]+\.ts$/ }),
  },
  // By itself: a chunk that the command shared with the entries would make each of them larger.
  {
    ...shared,
    entry: { "cli/index": "src/cli/index.ts" },
    clean: false,
    outputOptions: split({ "cli/library": /\/src\/(?!cli\/)/, "cli/doctor": /\/src\/cli\/doctor\// }),
  },
  // `npm run build` makes the other stubs of it: see scripts/build/stubs.mjs.
  { ...shared, entry: { "stubs/unavailable": "src/stubs/unavailable.ts" }, clean: false },
]);
