import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

it("docs/next.md shows handOn() as the fixture apps run it", async () => {
  const blocks = await codeBlocksOf("docs/next.md");
  const shown = blocks.find(({ code }) => code.includes("function handOn("))?.code ?? "";
  const file = fileOf(shown);
  expect(shown).toBe(`// ${file}\n${await readFile(`${root}test/next/fixtures/app/${file}`, "utf8")}`);
});
