import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface DocPage {
  /** The name of the file. */
  readonly name: string;
  readonly title: string;
}

/** Next.js runs in the folder of this app, two folders below the root of the repository. */
const repository = join(/* turbopackIgnore: true */ process.cwd(), "../..");

/** The README first, then the pages of docs/ by their names. */
export async function listDocs(): Promise<DocPage[]> {
  const names = (await readdir(join(repository, "docs"))).filter((name) => name.endsWith(".md"));
  return Promise.all(
    ["README.md", ...names.sort()].map(async (name) => {
      const text = await readFile(pathOf(name), "utf8");
      const [, title = name] = /^# (.+)$/m.exec(text) ?? [];
      return { name, title: title.replaceAll("`", "") };
    }),
  );
}

/** The Markdown of a page. `undefined` if there is no such page. */
export async function readDoc(name: string): Promise<string | undefined> {
  const pages = await listDocs();
  return pages.some((page) => page.name === name) ? readFile(pathOf(name), "utf8") : undefined;
}

const pathOf = (name: string): string => join(repository, name === "README.md" ? name : join("docs", name));
