import { describe } from "vitest";
import { next15 } from "../next/fixtures/targets.ts";
import { misplacedTests } from "../next/misplaced-tests.ts";
import { skippedBecause } from "../skipped.ts";
import { notInstalled } from "./installed.ts";

describe.skipIf(notInstalled)(`where the package cannot work${skippedBecause(notInstalled)}`, () => {
  misplacedTests(next15);
});
