import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const SESSION = `
import { createSessions, memoryStore } from "prisma-db-session";
interface Shop { userId: number; cart: string[] }
const session = createSessions<Shop>({ store: memoryStore(), secret: "" }).open();
`;
const KEYS = `
session.get("user");
session.get("user", 7);
session.has("user");
session.set("user", 7);
session.delete("user");
session.pop("user");
session.setDefault("user", 7);
`;
const OBJECTS = `
session.update({ user: 7 });
session.markAuthenticated({ user: 7 });
`;

/** What the compiler says of a file of this folder that exists in memory alone. */
function messagesOf(code: string): string[] {
  const file = `${root}test/types/in-memory.ts`;
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, languageVersion, ...rest) =>
    name === file ? ts.createSourceFile(name, code, languageVersion) : getSourceFile(name, languageVersion, ...rest);
  const program = ts.createProgram([file], options, host);
  const problems = program.getSemanticDiagnostics(program.getSourceFile(file));
  return problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

it("the compile error for a misspelt key lists the keys", () => {
  const messages = messagesOf(SESSION + KEYS);
  expect(messages).toHaveLength(7);
  for (const message of messages) {
    expect(message).toContain(`'"user"' is not assignable to parameter of type '"userId" | "cart"'`);
  }
}, 60_000);

it("the compile error for a misspelt key of an object lists the keys", () => {
  const messages = messagesOf(SESSION + OBJECTS);
  expect(messages).toHaveLength(2);
  for (const message of messages) {
    expect(message).toContain("'user' does not exist in type '{ userId?: number; cart?: string[]; }'");
  }
}, 60_000);
