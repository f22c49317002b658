/**
 * The part of a Prisma 8 model that this package calls, typed by its shape alone.
 *
 * `db.orm.public.Session` fits, on SQLite `db.orm.Session`, and so does the same model of a
 * transaction. A model that lacks a column, or whose `expireDate` does not give a `Date`, does not
 * compile.
 *
 * Each of the calls is one statement. Prisma's `update()` and `delete()` would be four, and write
 * by the key alone, without the guard. `limit()` before a write is ignored.
 */
export interface Prisma8Model {
  /** The model's name in the contract. */
  readonly modelName: string;
  /** Chained conditions must all hold. */
  where(condition: (row: SessionFields) => Condition): Prisma8Model;
  /** Which columns a reading gives. */
  select: SelectRow & SelectExpiry;
  /** Inserts one row, unless its key is taken. The result is the number of inserted rows. */
  createAndCount(
    rows: readonly { key: string; data: string; expireDate: Date }[],
    options: { readonly onConflict: "skip"; readonly conflictOn: readonly ["key"] },
  ): PromiseLike<number>;
  /** Updates the rows that meet the conditions. The result is the number of rows that met them. */
  updateAndCount(values: { key?: string; data?: string; expireDate: Date }): PromiseLike<number>;
  /** Deletes the rows that meet the conditions. The result is their number. */
  deleteAndCount(): PromiseLike<number>;
}

/** A condition that Prisma made. Nothing of it is called. */
export type Condition = object;

interface Equatable<Value> {
  eq(value: Value): Condition;
  neq(value: Value): Condition;
  in(values: readonly Value[]): Condition;
  notIn(values: readonly Value[]): Condition;
}

interface Ordered<Value> {
  gt(value: Value): Condition;
  gte(value: Value): Condition;
  lt(value: Value): Condition;
  lte(value: Value): Condition;
}

interface Sortable {
  asc(): object;
  desc(): object;
}

export interface SessionFields {
  readonly key: Equatable<string>;
  readonly data: Equatable<string> & Ordered<string> & { like(pattern: string): Condition };
  readonly expireDate: Ordered<Date>;
}

// `select` is an intersection: TypeScript would compare overloads with the last of Prisma's alone.
type SelectRow = (...columns: ["data", "expireDate"]) => {
  first(): PromiseLike<{ data: string; expireDate: Date } | null>;
};
type SelectExpiry = (...columns: ["key", "expireDate"]) => {
  orderBy(order: (row: { readonly expireDate: Sortable }) => never): Page & { offset(count: number): Page };
};

interface Page extends Rows {
  limit(count: number): Rows;
}

interface Rows {
  all(): PromiseLike<{ key: string; expireDate: Date }[]>;
}

/** The fields of a model whose columns are not known. */
export type AnyFields = Readonly<Record<string, { eq?(value: unknown): Condition } | undefined>>;
