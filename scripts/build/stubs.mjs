// Writes dist/stubs/: for each entry that needs Node.js, a module with the same names for browsers
// and the edge runtime.
import { writeFile } from "node:fs/promises";

/**
 * The entries of package.json that need Node.js, and their modules in dist/. The last one ends the
 * build.
 */
const ENTRIES = {
  "prisma-db-session": "index.js",
  "prisma-db-session/next": "next/index.js",
  "prisma-db-session/web": "web/index.js",
  "prisma-db-session/prisma-8": "prisma-8/index.js",
  "prisma-db-session/testing": "testing/index.js",
};

export async function writeStubs(dist) {
  for (const [entry, path] of Object.entries(ENTRIES)) {
    const names = Object.entries(await import(new URL(path, dist).href));
    const text = [
      'import { explainOnEdge, unavailable } from "./unavailable.js";',
      ...(entry.endsWith("/next") ? [`explainOnEdge("${entry}");`] : []),
      ...names.map(([name, value]) => `export const ${name} = ${stubOf(name, value, entry)};`),
    ];
    await writeFile(new URL(`stubs/${path.replace("/index", "")}`, dist), `${text.join("\n")}\n`);
  }
}

/** A constant is only data, so it is the same everywhere. */
const stubOf = (name, value, entry) =>
  typeof value === "function" ? `/* @__PURE__ */ unavailable("${name}", "${entry}")` : JSON.stringify(value);
