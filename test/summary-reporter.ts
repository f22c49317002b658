import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from "vitest/node";
import { reasonIn } from "./skipped.ts";

/**
 * Ends a run with what was skipped or left out, why and how to have it, and with one plain line that a machine can read:
 * `N passed, N failed`, and `, N skipped` where there were any.
 */
export class SummaryReporter implements Reporter {
  #lines: string[] = [];
  #chosen: RegExp | undefined;
  #excluded: readonly string[] = [];

  onInit(vitest: Vitest): void {
    this.#chosen = vitest.config.testNamePattern;
    this.#excluded = vitest.config.cliExclude ?? [];
    // Vitest prints the coverage after every reporter.
    process.once("exit", () => {
      for (const line of this.#lines) console.log(line);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    // Tests that `--testNamePattern` leaves out are no part of this run.
    const tests = modules
      .flatMap((module) => [...module.children.allTests()])
      .filter(({ fullName }) => this.#chosen?.test(fullName) ?? true);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);

    // A file that cannot be loaded, or a hook that fails, is no test case, and must not look like success.
    const brokenSuites = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .reduce((sum, suite) => sum + suite.errors().length, 0);
    const failed = inState("failed").length + brokenSuites + unhandledErrors.length;
    // What is skipped inside of something skipped stays pending.
    const skipped = [...inState("skipped"), ...inState("pending")];

    this.#lines = [
      ...skipLines(skipped.filter((test) => !isAfterFailure(test)).map(describeSkip)),
      ...this.#excluded.map((pattern) => `Left out: ${pattern}. CONTRIBUTING.md says how to run these files.`),
      `${inState("passed").length} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`,
    ];
  }
}

/** A skipped test: its file, and why it is skipped. */
export interface Skip {
  readonly file: string;
  readonly reason: string;
}

/** A line for each reason, with the number of its tests, and a line of the files that they are in. */
export function* skipLines(skips: readonly Skip[]): Generator<string> {
  const byReason = new Map<string, Skip[]>();
  for (const skip of skips) byReason.set(skip.reason, [...(byReason.get(skip.reason) ?? []), skip]);
  for (const [reason, those] of byReason) {
    yield `Skipped ${those.length} ${those.length === 1 ? "test" : "tests"}: ${reason.replace(/\.?$/, ".")}`;
    yield `  in ${[...new Set(those.map(({ file }) => file))].join(", ")}`;
  }
}

function describeSkip(test: TestCase): Skip {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return {
    file: test.module.relativeModuleId,
    reason: note ?? reasonIn(test.fullName) ?? `no reason: ${test.fullName}`,
  };
}

/** The tests after a failed hook count as skipped; the reason is in the report of the failure. */
function isAfterFailure(test: TestCase): boolean {
  for (let { parent } = test as { parent: TestCase["parent"] }; ; parent = parent.parent) {
    if (parent.errors().length > 0) return true;
    if (parent.type === "module") return false;
  }
}
