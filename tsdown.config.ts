import { defineConfig } from "tsdown";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "next/index": "src/next/index.ts",
    "edge/index": "src/edge/index.ts",
    "web/index": "src/web/index.ts",
    "testing/index": "src/testing/index.ts",
    "cli/index": "src/cli/index.ts",
  },
  format: "esm",
  platform: "node",
  target: "node20.19",
  fixedExtension: false,
  dts: true,
});
