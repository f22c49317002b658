import { BaseSequencer, type TestSpecification } from "vitest/node";

/** If one of these came last, one of the two workers would wait for it. */
const LONGEST = [
  "test/e2e/shop.app.test.ts",
  "test/next/contexts.app.test.ts",
  "test/e2e/journeys.test.ts",
  "test/guarantees/interleavings.test.ts",
];

/** Vitest's order, which a fresh clone takes from the sizes of the files, but the longest files come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.some((file) => moduleId.endsWith(file));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
