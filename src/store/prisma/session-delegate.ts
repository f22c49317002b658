/**
 * The part of a Prisma model that this package calls, typed by its shape alone.
 *
 * The model of any client of Prisma 6 and 7 has this type, whatever its output path is. So do
 * extended clients, transaction clients, `$primary()` of read replicas, and clients with a global
 * `omit`. A model that lacks a column does not compile.
 *
 * Each of these calls is one statement. Prisma 6.19 and 7.0 put BEGIN and COMMIT around
 * `createMany` and `updateMany`. Prisma batches `findUnique` by the key alone. `createMany` does
 * not read the row back, on any database. `updateMany` and `deleteMany` count the rows instead of
 * throwing.
 *
 * Every call that reads has a `select`. Without a `select`, a global `omit` would remove columns.
 */
export interface SessionDelegate {
  /**
   * Prisma's description of the columns. It shows which columns are missing: the result type of a
   * `select` gives a missing column the type `never`. Optional, because a fake of a model may lack
   * it.
   */
  readonly fields?: {
    readonly key: { readonly typeName: "String" };
    readonly data: { readonly typeName: "String" };
    readonly expireDate: { readonly typeName: "DateTime" };
  };
  /** Reads one row. */
  findUnique(args: {
    where: { key: string };
    select: { data: true; expireDate: true };
  }): PromiseLike<SessionColumns | null>;
  /**
   * Reads the expired rows, the oldest first. `list` and `maxPerOwner` call it with other
   * conditions.
   */
  findMany(args: {
    where: { expireDate: { lte: Date; gte?: Date } };
    orderBy: { expireDate: "asc" };
    skip?: number;
    take?: number;
    select: { key: true; expireDate: true };
  }): PromiseLike<{ key: string; expireDate: Date; data?: string }[]>;
  /** Inserts one row. */
  createMany(args: { data: { key: string } & SessionColumns }): PromiseLike<{ count: number }>;
  /** Updates one row, if it is live and its data are as they were read. */
  updateMany(args: {
    where: { key: string; expireDate: { gt: Date }; data: string | { startsWith: string } };
    data: { key?: string; data?: string; expireDate: Date };
  }): PromiseLike<{ count: number }>;
  /**
   * Deletes one row, or a batch of expired rows. `revoke` and `maxPerOwner` call it with other
   * conditions.
   */
  deleteMany(args: {
    where:
      | { key: string }
      | { key: { in: string[] }; expireDate: { lte: Date } }
      | { expireDate: { lte: Date; gte?: Date } | { lt: Date; gte?: Date } };
  }): PromiseLike<{ count: number }>;
}

interface SessionColumns {
  data: string;
  expireDate: Date;
}
