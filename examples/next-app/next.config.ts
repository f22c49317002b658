import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

// The packages are installed at the root of the workspace. Said here, Next need not guess it from the lockfiles that it finds further up.
const workspace = fileURLToPath(new URL("../..", import.meta.url));

export default {
  turbopack: { root: workspace },
  outputFileTracingRoot: workspace,
  poweredByHeader: false,
} satisfies NextConfig;
