/**
 * The part of a Prisma model that this package calls, typed by its shape alone.
 *
 * The model of any client fits: Prisma 6 and 7, any output path, extended clients, transaction
 * clients, `$primary()` of read replicas. A model that lacks a column does not compile.
 *
 * Each of these calls is one statement. (Prisma 6.19 and 7.0 put BEGIN and COMMIT around
 * `createMany` and `updateMany`.) Prisma batches `findUnique` by the key alone. `createMany` does
 * not read the row back, on any database. `updateMany` and `deleteMany` count the rows instead of
 * throwing.
 */
export interface SessionDelegate {
  findUnique(args: {
    where: { key: string };
    select: { data: true; expireDate: true };
  }): PromiseLike<SessionColumns | null>;
  /**
   * `select` is optional here so that the result has the type of the whole row: a model that lacks
   * a column does not fit.
   */
  findMany(args: {
    where: { expireDate: { lte: Date; gte?: Date } };
    orderBy: { expireDate: "asc" };
    take?: number;
    select?: { key: true; expireDate: true };
  }): PromiseLike<({ key: string } & SessionColumns)[]>;
  createMany(args: { data: { key: string } & SessionColumns }): PromiseLike<{ count: number }>;
  updateMany(args: {
    where: { key: string; expireDate: { gt: Date }; data: string | { startsWith: string } };
    data: { key?: string; data?: string; expireDate: Date };
  }): PromiseLike<{ count: number }>;
  deleteMany(args: {
    where: { key: string } | { key: { in: string[] }; expireDate: { lte: Date } };
  }): PromiseLike<{ count: number }>;
}

interface SessionColumns {
  data: string;
  expireDate: Date;
}
