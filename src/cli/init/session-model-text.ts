import { CommandError } from "../command-error.ts";
import { type Block, type Field, fieldsOf, settingOf, tableOf } from "./schema-text.ts";

const PROVIDERS = ["postgresql", "postgres", "cockroachdb", "mysql", "sqlite"];

/** The session model of a schema. */
export interface SessionModelText {
  /** The property of the Prisma client. */
  readonly accessor: string;
  /** The type of its optional column `userId`. `undefined` without one. */
  readonly ownerType: string | undefined;
  /** The text to add. `undefined` if the schema has the model. */
  readonly text: string | undefined;
  readonly name: string;
}

/**
 * The session model of a schema. Otherwise a new model for the schema's database, with a free name.
 * @throws CommandError if the package does not support the database
 */
export function sessionModelText(blocks: readonly Block[]): SessionModelText {
  const { provider, prefix } = databaseOf(blocks);
  const existing = blocks.find(isSessionModel);
  if (existing) {
    const owner = fieldsOf(existing).find(({ name, isOptional }) => name === "userId" && isOptional);
    return { accessor: accessorOf(existing.name), ownerType: owner?.type, text: undefined, name: existing.name };
  }
  const { name, table } = freeNames(blocks);
  const owner = ownerOf(blocks, prefix);
  const fields = [
    ["key", "String", "@id"],
    ["data", "String", provider === "mysql" ? `@${prefix}.LongText` : ""],
    ["expireDate", "DateTime", '@map("expire_date")'],
    ["userId", `${owner.type}?`, `@map("user_id")${owner.nativeType}`],
  ];
  const width = Math.max(...fields.map(([, type = ""]) => type.length));
  const lines = fields.map(([field = "", type = "", attributes]) =>
    `  ${field.padEnd(10)} ${type.padEnd(width)} ${attributes}`.trimEnd(),
  );
  const schema = schemaFor(blocks);
  const text = `model ${name} {
${lines.join("\n")}

  @@index([expireDate])
  @@index([userId])
  @@map("${table}")
${schema === undefined ? "" : `  @@schema("${schema}")\n`}}
`;
  return { accessor: accessorOf(name), ownerType: owner.type, text, name };
}

/** Native types begin with the name of the datasource. */
function databaseOf(blocks: readonly Block[]): { provider: string; prefix: string } {
  const datasource = blocks.find(({ kind }) => kind === "datasource");
  const provider = datasource && settingOf(datasource, "provider");
  if (datasource === undefined || provider === undefined) {
    throw new CommandError(
      'The Prisma schema has no `datasource` block with a `provider = "..."`. Give --schema the right file or folder.',
    );
  }
  if (PROVIDERS.includes(provider)) return { provider, prefix: datasource.name };
  throw new CommandError(
    `The provider of the Prisma schema is "${provider}", which prisma-db-session does not support. ` +
      "Use postgresql, mysql, sqlite or cockroachdb.",
  );
}

/** Prisma's own name for a model in the client. */
const accessorOf = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

function isSessionModel(block: Block): boolean {
  if (block.kind !== "model") return false;
  const fields = new Map(fieldsOf(block).map((field) => [field.name, field]));
  const has = (name: string, type: string) => fields.get(name)?.type === type;
  return has("key", "String") && has("data", "String") && has("expireDate", "DateTime");
}

/**
 * For SQLite, and for MySQL on some systems, the table names `Session` and `session` are the same.
 */
function freeNames(blocks: readonly Block[]): { name: string; table: string } {
  const named = blocks.filter(({ kind }) => !["datasource", "generator"].includes(kind));
  const taken = new Set(named.flatMap((block) => [block.name.toLowerCase(), tableOf(block).toLowerCase()]));
  for (let i = 1; ; i++) {
    const candidates = [
      ...(i === 1 ? [{ name: "Session", table: "session" }] : []),
      { name: i === 1 ? "DbSession" : `DbSession${i}`, table: i === 1 ? "db_session" : `db_session_${i}` },
    ];
    const free = candidates.find(({ name, table }) => !taken.has(name.toLowerCase()) && !taken.has(table));
    if (free) return free;
  }
}

const ID_TYPES = ["Int", "BigInt", "String"];

/** The owner column has the type of the key of the model `User`. */
function ownerOf(blocks: readonly Block[], prefix: string): { type: string; nativeType: string } {
  const user = blocks.find(({ kind, name }) => kind === "model" && /^users?$/i.test(name));
  const isId = ({ type, attributes }: Field) => /@id\b/.test(attributes) && ID_TYPES.includes(type);
  const id = user && fieldsOf(user).find(isId);
  if (!id) return { type: "Int", nativeType: "" };
  const [nativeType] = new RegExp(`@${prefix}\\.\\w+(\\([^)]*\\))?`).exec(id.attributes) ?? [];
  return { type: id.type, nativeType: nativeType === undefined ? "" : ` ${nativeType}` };
}

/** If the database has several schemas, each model must name its schema. */
function schemaFor(blocks: readonly Block[]): string | undefined {
  const datasource = blocks.find(({ kind }) => kind === "datasource");
  const [, list = ""] = /^[ \t]*schemas[ \t]*=[ \t]*\[([^\]]*)\]/m.exec(datasource?.body ?? "") ?? [];
  const schemas = [...list.matchAll(/"([^"]*)"/g)].map(([, schema]) => schema);
  return schemas.includes("public") ? "public" : schemas[0];
}
