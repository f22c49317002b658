/**
 * What an object of Prisma 8 is, for an error message: a model, the client, its `orm` or one of its
 * namespaces. `undefined` for any other object.
 *
 * `orm` and a namespace are proxies without keys, which find their parts by name only.
 */
export function prisma8Object(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if ("createAndCount" in value) return "a model of Prisma 8";
  if ("orm" in value) return "the client of Prisma 8";
  if (has(value, "public", "Session")) return "`db.orm` of Prisma 8";
  return has(value, "Session") ? "a namespace of Prisma 8" : undefined;
}

/** Whether the path leads to a model of Prisma 8. */
function has(value: object, ...path: readonly string[]): boolean {
  const end = path.reduce((object: unknown, name) => Reflect.get(Object(object), name), value);
  return typeof end === "object" && end !== null && "createAndCount" in end;
}

export const PRISMA_8_ADVICE =
  "Pass `store: prisma8Store(db.orm.public.Session)`, on SQLite `db.orm.Session`, " +
  'from "prisma-db-session/prisma-8".';
