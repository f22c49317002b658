/** A block of a Prisma schema, without its comments. */
export interface Block {
  readonly kind: "datasource" | "generator" | "model" | "view" | "enum" | "type";
  readonly name: string;
  readonly body: string;
}

/** A field of a model. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly isList: boolean;
  readonly attributes: string;
}

const BLOCK = /^[ \t]*(datasource|generator|model|view|enum|type)[ \t]+(\w+)[ \t]*\{(.*?)^[ \t]*\}/gms;

/** The blocks of a schema. Prisma does not allow a block on one line. */
export function blocksOf(schema: string): Block[] {
  return [...withoutComments(schema).matchAll(BLOCK)].map(([, kind, name = "", body = ""]) => ({
    kind: kind as Block["kind"],
    name,
    body,
  }));
}

/** Removes comments. `//` inside a string does not start a comment. */
export const withoutComments = (text: string): string =>
  text.replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|\/\*.*?\*\//gs, "$1");

export function fieldsOf({ body }: Block): Field[] {
  return [...body.matchAll(/^[ \t]*(\w+)[ \t]+(\w+)(\?|\[\])?(.*)$/gm)].map(
    ([, name = "", type = "", modifier, attributes = ""]) => ({
      name,
      type,
      isOptional: modifier === "?",
      isList: modifier === "[]",
      attributes,
    }),
  );
}

/** The value of `name = "value"` in a block. */
export const settingOf = ({ body }: Block, name: string): string | undefined =>
  new RegExp(`^[ \\t]*${name}[ \\t]*=[ \\t]*"([^"]*)"`, "m").exec(body)?.[1];

/** The name of a model's table. */
export const tableOf = ({ name, body }: Block): string => /@@map\((?:name:[ \t]*)?"([^"]*)"/.exec(body)?.[1] ?? name;
