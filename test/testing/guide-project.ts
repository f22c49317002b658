import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { codeBlocksOf, fileOf, root } from "../docs/code-blocks.ts";
import { projectWithPackage } from "../packed-package.ts";

/** The files that a reader has, and that the guide does not show. */
const READERS_OWN = {
  "package.json": "{}",
  "tsconfig.json": JSON.stringify({ compilerOptions: { jsx: "react-jsx", paths: { "@/*": ["./*"] } } }),
  "next.config.js": "module.exports = {};",
  "lib/prisma.ts": "export const prisma = { session: undefined };",
  "lib/users.ts": "export const authenticate = async () => undefined;",
  "lib/session.ts": `import { createNextSessions } from "prisma-db-session/next";
import { sessionOptions } from "./session-options";
export const { getSession, withSession, revoke } = createNextSessions(sessionOptions);
`,
};

/**
 * An app with the actions and the page of the README, and everything that docs/testing.md tells
 * people to write. The packed package is installed.
 *
 * @param packages where the other packages are, by their names
 * @returns its folder
 */
export async function guideProject(packages: Record<string, string>): Promise<string> {
  const { project } = await projectWithPackage();
  const files: Record<string, string> = {};
  for (const document of ["README.md", "docs/testing.md"]) {
    for (const { language, code } of await codeBlocksOf(document)) {
      if (/^[jt]sx?$/.test(language) && !fileOf(code).startsWith("lib/prisma")) files[fileOf(code)] = code;
    }
  }
  Object.assign(files, READERS_OWN);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(`${project}/${file}`), { recursive: true });
    await writeFile(`${project}/${file}`, text);
  }
  const next = Object.fromEntries(["next", "react", "react-dom"].map((name) => [name, `${root}node_modules/${name}`]));
  for (const [name, folder] of Object.entries({ ...next, ...packages })) {
    await symlink(folder, `${project}/node_modules/${name}`);
  }
  return project;
}
