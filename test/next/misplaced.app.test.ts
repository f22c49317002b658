import { targets } from "./fixtures/targets.ts";
import { misplacedTests } from "./misplaced-tests.ts";

// The edge runtime and the Pages Router are the same with Cache Components, which refuse the former.
for (const target of targets.filter(({ isCached }) => !isCached)) misplacedTests(target);
