import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const dist = new URL("../../dist/", import.meta.url);

/** The text of a built file with all that it imports of the package, and the names of what else it imports. */
async function bundleOf(entry: string) {
  const [files, packages] = [new Map<string, string>(), new Set<string>()];
  const read = async (file: URL): Promise<void> => {
    if (files.has(file.href)) return;
    const code = await readFile(file, "utf8");
    files.set(file.href, code);
    for (const [, name = ""] of code.matchAll(/^(?:import|export) .*?from "([^"]+)";$/gm)) {
      if (name.startsWith(".")) await read(new URL(name, file));
      else packages.add(name);
    }
  };
  await read(new URL(entry, dist));
  return { code: [...files.values()].join("\n"), packages: [...packages] };
}

it("the entry for Prisma 8 imports no package", async () => {
  const { code, packages } = await bundleOf("prisma-8/index.js");
  expect(code).toContain("function prisma8Store");
  expect(packages.filter((name) => !name.startsWith("node:"))).toEqual([]);
});

it.each(["index.js", "next/index.js", "web/index.js", "edge/index.js", "testing/index.js", "cli/index.js"])(
  "%s does not load the store for Prisma 8",
  async (entry) => {
    const { code } = await bundleOf(entry);
    expect(code).not.toMatch(/function prisma8Store|CONTRACT\.MARKER_READ_FAILED/);
  },
);
