import { describe } from "vitest";
import { prisma8With } from "../databases/prisma-8.ts";
import { ownedTable } from "../databases/table.ts";
import { contextTests } from "../next/context-tests.ts";
import { next16, type Target } from "../next/fixtures/targets.ts";
import { skippedBecause } from "../skipped.ts";

const [postgresql] = prisma8With(ownedTable);
if (!postgresql) throw new Error("There is no PostgreSQL with Prisma 8.");
const { skipReason, create } = postgresql;

/** The app of test/next/ on Prisma 8. */
const target: Target = {
  ...next16,
  name: "next-16-prisma-8",
  title: `${next16.title} with Prisma 8`,
  overlay: {
    folder: "test/prisma-8/next-app",
    packages: ["@prisma/orm-postgres"],
    installedFor: "test/prisma-8/postgresql",
  },
  createDatabase: create,
};

describe.skipIf(skipReason)(`the tables of contexts.md with Prisma 8${skippedBecause(skipReason)}`, () => {
  contextTests(target);
});
