import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

// The packages are installed at the root of the workspace. Without this line, Next.js guesses the
// root from lock files.
const workspace = fileURLToPath(new URL("../..", import.meta.url));

export default {
  turbopack: { root: workspace },
  outputFileTracingRoot: workspace,
  poweredByHeader: false,
} satisfies NextConfig;
