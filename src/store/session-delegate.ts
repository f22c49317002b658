/**
 * The part of a Prisma model that this package calls, typed by its shape alone: the model of any client fits (Prisma 6 and 7, any
 * output path, extended clients, transaction clients, `$primary()` of read replicas), and one that lacks a column does not compile.
 *
 * The forms of the calls are chosen so that each is one statement: `findUnique` by the key alone is what Prisma batches, `createMany`
 * needs no transaction and no reading back on any database, `updateMany` and `deleteMany` count instead of throwing.
 */
export interface SessionDelegate {
  findUnique(args: {
    where: { key: string };
    select: { data: true; expireDate: true };
  }): PromiseLike<SessionColumns | null>;
  /** With a `select` that may be left out, the result has the type of the whole row: so a model that lacks a column does not fit. */
  findMany(args: {
    where: { expireDate: { lte: Date; gte?: Date } };
    orderBy: { expireDate: "asc" };
    take: number;
    select?: { key: true; expireDate: true };
  }): PromiseLike<({ key: string } & SessionColumns)[]>;
  createMany(args: { data: { key: string } & SessionColumns }): PromiseLike<{ count: number }>;
  updateMany(args: {
    where: { key: string; expireDate: { gt: Date }; data?: string };
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
