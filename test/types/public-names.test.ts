// Which names does the package export, and does an editor have something to show for each of them?
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rooms = ["index", "next/index", "web/index", "edge/index", "testing/index", "prisma-8/index"];
const entries = rooms.map((name) => `src/${name}.ts`);

const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const files = [...entries, "test/types/names.ts"].map((file) => root + file);
const program = ts.createProgram(files, options);
const checker = program.getTypeChecker();

const isOwn = ({ fileName }: ts.SourceFile) => fileName.startsWith(`${root}src/`);

/** The exports of an entry, without the aliases that lead to them. */
function exportsOf(file: string): ts.Symbol[] {
  const source = program.getSourceFile(root + file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} exports nothing.`);
  return checker.getExportsOfModule(module).map(resolved);
}

const resolved = (symbol: ts.Symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** Where the package itself declares a name. */
const declarationsOf = (symbol: ts.Symbol) => (symbol.declarations ?? []).filter((node) => isOwn(node.getSourceFile()));

/** The `name` of an error class overrides the one of the language, which everybody knows. */
const HIDDEN = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override;

/** Whether the published types have this declaration, and it is not only another version of a known one. */
const isPublic = (node: ts.Declaration) => {
  const name = ts.getNameOfDeclaration(node);
  // The name of an iterator is computed. An editor shows nothing for it.
  const isLookedUp = name && !ts.isPrivateIdentifier(name) && !ts.isComputedPropertyName(name);
  const isInternal = ts.getJSDocTags(node).some(({ tagName }) => tagName.text === "internal");
  return isLookedUp && !isInternal && !(ts.getCombinedModifierFlags(node) & HIDDEN);
};

/** What a type declares or inherits, with the path to each. The comment of a union describes its members too. */
function* membersOf(symbol: ts.Symbol): Iterable<[path: string, member: ts.Symbol]> {
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  if (type.isUnion()) return;
  for (const member of checker.getPropertiesOfType(type)) {
    if (declarationsOf(member).some(isPublic)) yield [`${symbol.name}.${member.name}`, member];
  }
}

/** What an editor shows of a name. */
const commentOf = (symbol: ts.Symbol): string => ts.displayPartsToString(symbol.getDocumentationComment(checker));

/** The names of an entry, and of what its types have. */
function* namesOf(file: string): Iterable<[path: string, symbol: ts.Symbol]> {
  for (const symbol of exportsOf(file)) {
    yield [symbol.name, symbol];
    if (symbol.flags & ts.SymbolFlags.Type) yield* membersOf(symbol);
  }
}

describe.each(entries)("%s", (entry) => {
  it("has a doc comment for every name that it exports, and for every member of these", () => {
    const names = [...namesOf(entry)];
    expect(names.length).toBeGreaterThan(1);
    const without = names.filter(([, symbol]) => commentOf(symbol) === "").map(([path]) => path);
    expect([...new Set(without)]).toEqual([]);
  });
});

it("test/types/names.ts uses the name of every type that an entry exports", () => {
  const source = program.getSourceFile(`${root}test/types/names.ts`);
  const used = new Set<ts.Symbol>();
  const visit = (node: ts.Node) => {
    const symbol = ts.isTypeReferenceNode(node) && checker.getSymbolAtLocation(node.typeName);
    if (symbol) used.add(resolved(symbol));
    ts.forEachChild(node, visit);
  };
  if (source) visit(source);
  const types = entries.flatMap(exportsOf).filter(({ flags }) => flags & ts.SymbolFlags.Type);
  expect(types.filter((symbol) => !used.has(symbol)).map(({ name }) => name)).toEqual([]);
});
