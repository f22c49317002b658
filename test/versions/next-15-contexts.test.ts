import { describe } from "vitest";
import { checkTests } from "../next/check-tests.ts";
import { contextTests } from "../next/context-tests.ts";
import { next15 } from "../next/fixtures/targets.ts";
import { plainHttpTests } from "../next/plain-http-tests.ts";
import { skippedBecause } from "../skipped.ts";
import { notInstalled } from "./installed.ts";

describe.skipIf(notInstalled)(`the tables of contexts.md${skippedBecause(notInstalled)}`, () => {
  contextTests(next15);
  checkTests(next15);
  plainHttpTests(next15);
});
