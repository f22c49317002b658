import type { UpdateGuard } from "../session-store.ts";
import type { Prisma8Model } from "./model-types.ts";

/** The rows whose data are this text, or begin with this prefix. */
type Guard = (rows: Prisma8Model, data: UpdateGuard["data"]) => Prisma8Model;

/** For PostgreSQL. Prisma escapes no wildcard. */
export const guardByLike: Guard = (rows, data) =>
  typeof data === "string"
    ? rows.where((row) => row.data.eq(data))
    : rows.where((row) => row.data.like(`${data.startsWith.replace(/[\\%_]/g, "\\$&")}%`));

/**
 * For SQLite. Its LIKE ignores case, and knows an escape only with ESCAPE, which Prisma does not
 * send. SQLite compares texts by their bytes: all that begin with `abc` lie between `abc` and
 * `abd`.
 */
export const guardByRange: Guard = (rows, data) => {
  if (typeof data === "string" || data.startsWith === "") return guardByLike(rows, data);
  const { startsWith } = data;
  const last = startsWith.length - 1;
  const end = startsWith.slice(0, last) + String.fromCharCode(startsWith.charCodeAt(last) + 1);
  return rows.where((row) => row.data.gte(startsWith)).where((row) => row.data.lt(end));
};
