import { memoryStore, prismaStore } from "prisma-db-session";
import { storeConformanceTests } from "prisma-db-session/testing";
import { describe, it } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import { describeEachStore } from "../stores.ts";

describeEachStore("SessionStore", (stores) => {
  for (const { name, run } of storeConformanceTests(() => stores().store)) it(name, run);
});

const ownColumns = [
  { userId: 1, address: "192.0.2.1" },
  { userId: 2, address: null },
] as const;

describe("SessionStore with columns of the user's own in memory", () => {
  for (const { name, run } of storeConformanceTests(memoryStore, { ownColumns })) it(name, run);
});

describeEachOwnedDatabase("SessionStore with columns of the user's own", (db) => {
  const tests = storeConformanceTests(() => prismaStore(db().prisma.session), { ownColumns });
  for (const { name, run } of tests) it(name, run);
});
