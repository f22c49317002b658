import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

it.each([
  ["docs/proxy.md", "handOn"],
  ["docs/deployment.md", "checkSessions"],
])("%s shows %s() as the fixture apps run it", async (document, name) => {
  const blocks = await codeBlocksOf(document);
  const shown = blocks.find(({ code }) => code.includes(`function ${name}(`))?.code ?? "";
  const file = fileOf(shown);
  expect(shown).toBe(`// ${file}\n${await readFile(`${root}test/next/fixtures/app/${file}`, "utf8")}`);
});
