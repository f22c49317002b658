import type { SessionDelegate } from "./session-delegate.ts";
import type { Columns } from "./session-store.ts";

/** What Prisma says of a model in the type of its delegate alone: no object has this property at run time. */
type TypesOf<Model> = Model extends { readonly [name: symbol]: { readonly types: infer Types } } ? Types : unknown;

type PackageColumn = "key" | "data" | "expireDate";

/** The columns of the user's own, as they are read; of an unknown model, any. */
export type OwnColumns<Model = SessionDelegate> =
  TypesOf<Model> extends { readonly payload: { readonly scalars: infer Scalars }; readonly fields: infer Fields }
    ? // An extended client's `scalars` also have what a `result` extension computes, which is no column.
      { [Name in Exclude<keyof Scalars & keyof Fields, PackageColumn>]: Scalars[Name] }
    : Columns;

/** The same, as they are written. */
type WrittenColumns<Model> =
  TypesOf<Model> extends { readonly operations: { readonly createMany: { readonly args: { data: infer Data } } } }
    ? Omit<Exclude<Data, readonly unknown[]>, PackageColumn>
    : Columns;

type NullableName<Row> = { [Name in keyof Row]: null extends Row[Name] ? Name : never }[keyof Row];

/** What the package fills itself. */
type NoPackageColumn = { readonly [Name in PackageColumn]?: never };

/**
 * What the option `columns` returns: each column that may be null, so that a wrong name is a missing one and does not compile, and those of
 * the rest that it likes. What something else is to fill needs a default. (Without `strict`, TypeScript takes each column for one that may
 * be null.)
 *
 * TypeScript lets a function return more than its type names. As the return type it refuses that too:
 * `columns: (data): FilledColumns<typeof prisma.session> => ({ userId: data.userId ?? null })`.
 */
export type FilledColumns<Model = SessionDelegate> = NoPackageColumn &
  (string extends keyof OwnColumns<Model>
    ? Columns
    : [keyof OwnColumns<Model>] extends [never]
      ? Readonly<Record<string, never>>
      : NullableColumns<Model> & OtherColumns<Model>);

type NullableColumns<Model> = {
  readonly [Name in NullableName<WrittenColumns<Model>>]-?: Exclude<WrittenColumns<Model>[Name], undefined>;
};

type OtherColumns<Model> = {
  readonly [Name in Exclude<
    keyof WrittenColumns<Model>,
    NullableName<WrittenColumns<Model>>
  >]?: WrittenColumns<Model>[Name];
};

/** A condition on the model, as in its own `findMany({ where })`; of an unknown model, any. */
export type ModelWhere<Model = SessionDelegate> =
  TypesOf<Model> extends { readonly operations: { readonly findMany: { readonly args: { where?: infer Where } } } }
    ? NonNullable<Where>
    : Columns;
