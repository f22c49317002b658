// What a Prisma 8 model says of itself at run time. The properties are internal to Prisma: each may
// be absent.

/**
 * The codec of each field, by the field's name, such as `pg/text@1`. That of a list ends in `[]`.
 * `undefined` if the model does not describe itself.
 */
export function fieldCodecs(model: object): Readonly<Record<string, string | undefined>> | undefined {
  const namespaces = at(model, "ctx", "context", "contract", "domain", "namespaces");
  const fields = at(namespaces, at(model, "namespaceId"), "models", at(model, "modelName"), "fields");
  if (typeof fields !== "object" || fields === null) return undefined;
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]: [string, unknown]) => {
      const codecId = at(field, "type", "codecId");
      const list = at(field, "many") === true ? "[]" : "";
      return [name, typeof codecId === "string" ? codecId + list : undefined];
    }),
  );
}

export const isOnSqlite = (model: object): boolean => at(model, "ctx", "context", "contract", "target") === "sqlite";

/** Whether the model already has conditions, a limit, columns or the like. */
export function isQuery(model: object): boolean {
  const state = at(model, "state");
  if (typeof state !== "object" || state === null) return false;
  return Object.values(state).some((part: unknown) =>
    Array.isArray(part) ? part.length > 0 : part !== undefined && !(part instanceof Map),
  );
}

/** Whether the model is one of a transaction. Only outside can it open a connection of its own. */
export function isInTransaction(model: object): boolean {
  const runtime = at(model, "ctx", "runtime");
  return typeof runtime === "object" && runtime !== null && !("connection" in runtime);
}

function at(value: unknown, ...path: readonly unknown[]): unknown {
  return path.reduce(
    (object, name) =>
      typeof object === "object" && object !== null && typeof name === "string" ? Reflect.get(object, name) : undefined,
    value,
  );
}
