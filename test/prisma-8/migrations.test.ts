import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { prisma8With } from "../databases/prisma-8.ts";
import { sessionTable } from "../databases/table.ts";
import { codeBlocksOf } from "../docs/code-blocks.ts";
import { skippedBecause } from "../skipped.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFile(new URL(path, root), "utf8");
const withoutComments = (contract: string) =>
  contract.replace(/^ *\/\/ (?!use ).*\n\n?/gm, "").replace(/\n\n+/g, "\n\n");

it("the guide's model is that of prisma/prisma-8-postgresql/ and the quick start's `userId`", async () => {
  const blocks = await codeBlocksOf("docs/prisma-8.md");
  const [model] = blocks.filter(({ language }) => language === "prisma");
  const owner = /^ .*\buserId\b.*\n/gm;
  expect(model?.code.match(owner)).toHaveLength(2);
  const compact = (text: string) => withoutComments(text).replace(/\s+/g, " ").trim();
  expect(compact(model?.code.replace(owner, "") ?? "")).toBe(
    compact(await read("prisma/prisma-8-postgresql/contract.prisma")),
  );
});

for (const { name, provider, skipReason } of prisma8With(sessionTable))
  describe.skipIf(skipReason)(`prisma/prisma-8-${provider}/ on ${name}${skippedBecause(skipReason)}`, () => {
    it("has one migration, to the contract that Prisma emits today", async () => {
      const migrations = `prisma/prisma-8-${provider}/migrations/app`;
      const [only = "", ...others] = await readdir(new URL(migrations, root));
      expect(others).toEqual([]);
      const { from, to } = JSON.parse(await read(`${migrations}/${only}/migration.json`));
      const contract = JSON.parse(await read(`test/prisma-8/${provider}/generated/session/contract.json`));
      expect({ from, to }).toEqual({ from: null, to: contract.storage.storageHash });
    });
  });
