import { reloadTests, warningTests } from "./development-tests.ts";
import { targets } from "./fixtures/targets.ts";

for (const target of targets) warningTests(target);
for (const target of targets.filter(({ isCached }) => !isCached)) reloadTests(target);
