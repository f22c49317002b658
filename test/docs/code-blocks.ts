import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

/** The code of a document, by its path from the root. */
export async function codeBlocksOf(document: string): Promise<CodeBlock[]> {
  const text = await readFile(root + document, "utf8");
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({ language, code }));
}

/** Each block of code begins with the name of its file. The same file for another case has the case in brackets. */
export function fileOf(code: string): string {
  const [, file, extension, variant] = /^\/\/ (\S+)(\.m?[jt]sx?)(?: \(([\w, ]+)\))?\n/.exec(code) ?? [];
  if (!file) throw new Error(`This block does not begin with its file's name:\n${code}`);
  return variant ? `${file}.${variant.toLowerCase().replace(/\W+/g, "-")}${extension}` : `${file}${extension}`;
}

/**
 * Writes the TypeScript of a document to a folder, as the files that its blocks name, besides files
 * of the test's own. The alias `@/` becomes the folder.
 */
export async function writeCodeOf(document: string, folder: string, own: Readonly<Record<string, string>>) {
  const files = { ...own };
  for (const { language, code } of await codeBlocksOf(document)) {
    if (language.startsWith("ts")) files[fileOf(code)] = code.replaceAll('"@/', `"${folder}/`);
  }
  for (const [file, code] of Object.entries(files)) {
    await mkdir(dirname(`${folder}/${file}`), { recursive: true });
    await writeFile(`${folder}/${file}`, code);
  }
}

/** What GitHub makes of headings. */
export function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}
