import { storeConformanceTests } from "prisma-db-session/testing";
import { it } from "vitest";
import { describeEachStore } from "../stores.ts";

describeEachStore("SessionStore", (stores) => {
  for (const { name, run } of storeConformanceTests(() => stores().store)) it(name, run);
});
