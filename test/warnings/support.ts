import { afterEach, beforeEach, type MockInstance, vi } from "vitest";

/** The warnings of a process that has printed none yet. Call it at the top of a test file. */
export function freshWarnings(environment: "development" | "production") {
  let warn: MockInstance<typeof console.warn>;
  beforeEach(() => {
    forgetWarnings();
    vi.stubEnv("NODE_ENV", environment);
    warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  });
  afterEach(() => {
    warn.mockRestore();
    vi.unstubAllEnvs();
    forgetWarnings();
  });
  return Object.assign(() => warn.mock.calls.map(([warning]) => String(warning)), {
    /** The lines that the warnings lead to. */
    lines: () => warn.mock.calls.map(([warning]) => String(warning.stack).match(/^ +at .*$/m)?.[0]),
  });
}

/** What a new process would not know. */
function forgetWarnings(): void {
  for (const name of ["warnings", "signInKeys"]) {
    Reflect.deleteProperty(globalThis, Symbol.for(`prisma-db-session.${name}`));
  }
}
