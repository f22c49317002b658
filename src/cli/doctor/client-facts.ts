import { findPackage } from "../find-package.ts";

const PROVIDERS = ["postgresql", "cockroachdb", "mysql", "sqlite"] as const;

/** The databases that the package supports, by Prisma's names. */
export type Provider = (typeof PROVIDERS)[number];

/** How the user's schema maps a model to the database. */
export interface Mapping {
  readonly table: string;
  /** `undefined` if the schema does not name one. */
  readonly schema: string | undefined;
  /** The columns by the names of their fields. */
  readonly columns: ReadonlyMap<string, string>;
}

/** The properties that describe a Prisma client. */
export interface ClientFacts {
  /** `undefined` if the package does not support the database, or the client does not name it. */
  readonly provider: Provider | undefined;
  /** Prisma's name of the database. */
  readonly providerName: string | undefined;
  readonly version: string | undefined;
  /** `undefined` if the client uses Prisma's own engine instead of a driver adapter. */
  readonly adapter: { readonly name: string; readonly version: string | undefined } | undefined;
  readonly hasReplicas: boolean;
  /** `undefined` if the client does not describe its models. */
  readonly mapping: Mapping | undefined;
}

/**
 * Reads undocumented properties of Prisma 6 and 7. Each property may be missing. The checks that
 * need a missing property are skipped.
 *
 * @param file The file that exports the client. It shows which adapter is installed.
 */
export function clientFacts(client: object, model: object, file: string): ClientFacts {
  const name = textOf(client, "_activeProvider")?.replace(/^postgres$/, "postgresql");
  const adapter = property(property(client, "_engineConfig"), "adapter");
  const adapterName = textOf(adapter, "adapterName");
  return {
    provider: PROVIDERS.find((provider) => provider === name),
    providerName: name,
    version: textOf(client, "_clientVersion"),
    adapter: adapterName === undefined ? undefined : { name: adapterName, version: versionOf(adapterName, file) },
    hasReplicas: typeof property(client, "$primary") === "function",
    mapping: mappingOf(client, model, textOf(property(adapter, "options"), "schema")),
  };
}

function mappingOf(client: object, model: object, adapterSchema: string | undefined): Mapping | undefined {
  const name = textOf(model, "$name") ?? textOf(model, "name");
  const described = property(property(property(client, "_runtimeDataModel"), "models"), name ?? "");
  const fields = property(described, "fields");
  if (name === undefined || !Array.isArray(fields)) return undefined;
  const columns = fields
    .filter((field) => textOf(field, "kind") !== "object")
    .map((field) => [String(textOf(field, "name")), String(textOf(field, "dbName") ?? textOf(field, "name"))] as const);
  return {
    table: textOf(described, "dbName") ?? name,
    schema: textOf(described, "schema") ?? adapterSchema,
    columns: new Map(columns),
  };
}

function versionOf(adapter: string, file: string): string | undefined {
  try {
    return findPackage(file, [adapter])?.version;
  } catch {
    return undefined;
  }
}

function property(value: unknown, name: string): unknown {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return isObject ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const found = property(value, name);
  return typeof found === "string" ? found : undefined;
}
