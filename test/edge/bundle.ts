import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsdown";

/**
 * What a bundler makes of code for browsers and edge runtimes: one minified script, with everything in it that the code imports.
 * @param entry what stands for `prisma-db-session/edge`
 * @returns the script, whose exports are in the variable `bundled`, and what it still would import
 */
export async function bundleForEdge(
  code: string,
  entry: string,
): Promise<{ script: string; imports: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  try {
    await writeFile(`${folder}/entry.ts`, code);
    const [bundle] = await build({
      cwd: folder,
      entry: "entry.ts",
      alias: { "prisma-db-session/edge": entry },
      format: "iife",
      globalName: "bundled",
      platform: "browser",
      minify: true,
      write: false,
      clean: false,
      config: false,
      dts: false,
      logLevel: "error",
    });
    const [chunk, ...more] = bundle?.chunks ?? [];
    if (chunk?.type !== "chunk" || more.length > 0) throw new Error("The bundle is not one script.");
    return { script: chunk.code, imports: [...chunk.imports, ...chunk.dynamicImports] };
  } finally {
    await rm(folder, { recursive: true });
  }
}
