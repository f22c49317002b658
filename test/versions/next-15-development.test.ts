import { describe } from "vitest";
import { reloadTests, warningTests } from "../next/development-tests.ts";
import { next15 } from "../next/fixtures/targets.ts";
import { skippedBecause } from "../skipped.ts";
import { notInstalled } from "./installed.ts";

describe.skipIf(notInstalled)(`in development${skippedBecause(notInstalled)}`, () => {
  warningTests(next15);
  reloadTests(next15);
});
