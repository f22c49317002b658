import type { Reporter, SerializedError, TestModule, TestSuite } from "vitest/node";

/**
 * Ends a run with what was skipped and why, and with one plain line that a machine can read:
 * `N passed, N failed`, and `, N skipped` where there were any.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;

    // A file that cannot be loaded, or a hook that fails, is no test case, and must not look like success.
    const brokenSuites = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .reduce((sum, suite) => sum + suite.errors().length, 0);
    const failed = count("failed") + brokenSuites + unhandledErrors.length;
    const skipped = count("skipped");

    for (const line of modules.flatMap((module) => [...skips(module)])) console.log(line);
    console.log(`${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  }
}

/** A line for each skipped test, but only one for a suite that was skipped as a whole. */
function* skips(parent: TestModule | TestSuite): Generator<string> {
  // The tests after a failed hook count as skipped; the reason is in the report of the failure.
  if (parent.errors().length > 0) return;
  for (const child of parent.children) {
    if (child.type === "suite" && child.options.mode !== "skip") yield* skips(child);
    else if (child.type === "suite") yield `skipped: ${child.fullName}`;
    else {
      const result = child.result();
      if (result.state === "skipped") yield `skipped: ${child.fullName}${result.note ? ` (${result.note})` : ""}`;
    }
  }
}
