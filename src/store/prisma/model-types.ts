import type { Columns } from "../session-store.ts";
import type { SessionDelegate } from "./session-delegate.ts";

/** Prisma describes a model in its delegate's type. No object has this property at run time. */
type TypesOf<Model> = Model extends { readonly [name: symbol]: { readonly types: infer Types } } ? Types : unknown;

type PackageColumn = "key" | "data" | "expireDate";

/** The user's own columns with the types of reading. For an unknown model: any columns. */
export type OwnColumns<Model = SessionDelegate> =
  TypesOf<Model> extends { readonly payload: { readonly scalars: infer Scalars }; readonly fields: infer Fields }
    ? // An extended client's `scalars` also name computed fields of `result` extensions. Those are not columns.
      { [Name in Exclude<keyof Scalars & keyof Fields, PackageColumn>]: Scalars[Name] }
    : Columns;

/** `Prisma.skip` of a client with `strictUndefinedChecks`. The package refuses it. */
type Skip = { ifUndefined(value: unknown): unknown };

/** The user's own columns with the types of writing. */
type WrittenColumns<Model> =
  TypesOf<Model> extends { readonly operations: { readonly createMany: { readonly args: { data: infer Data } } } }
    ? { [Name in Exclude<keyof Rows<Data>, PackageColumn>]: Exclude<Rows<Data>[Name], Skip> }
    : Columns;

type Rows<Data> = Exclude<Data, readonly unknown[]>;

type NullableName<Row> = { [Name in keyof Row]: null extends Row[Name] ? Name : never }[keyof Row];

/** The package fills these columns itself. */
type NoPackageColumn = { readonly [Name in PackageColumn]?: never };

/**
 * What the option `columns` returns.
 *
 * Each nullable column must be present, so that a misspelled name does not compile. The other
 * columns are optional: if a column is missing, the database must have a default. Without
 * TypeScript's `strict`, every column counts as nullable.
 *
 * TypeScript allows a function to return unknown properties. To refuse those too, write the return
 * type:
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

/**
 * A condition on the model, as in `findMany({ where })` of the model. For an unknown model: any
 * condition.
 */
export type ModelWhere<Model = SessionDelegate> =
  TypesOf<Model> extends { readonly operations: { readonly findMany: { readonly args: { where?: infer Where } } } }
    ? Exclude<NonNullable<Where>, Skip>
    : Columns;
