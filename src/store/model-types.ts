import type { SessionDelegate } from "./session-delegate.ts";
import type { Columns } from "./session-store.ts";

/** What Prisma says of a model in the type of its delegate alone: no object has this property at run time. */
type TypesOf<Model> = Model extends { readonly [name: symbol]: { readonly types: infer Types } } ? Types : unknown;

type PackageColumn = "key" | "data" | "expireDate";

/** The columns of the user's own, as they are read; of an unknown model, any. */
export type OwnColumns<Model = SessionDelegate> =
  TypesOf<Model> extends { readonly payload: { readonly scalars: infer Scalars } }
    ? Omit<Scalars, PackageColumn>
    : Columns;

/** The same, as they are written. */
type WrittenColumns<Model> =
  TypesOf<Model> extends { readonly operations: { readonly createMany: { readonly args: { data: infer Data } } } }
    ? Omit<Exclude<Data, readonly unknown[]>, PackageColumn>
    : Columns;

type NullableName<Row> = { [Name in keyof Row]: null extends Row[Name] ? Name : never }[keyof Row];

/**
 * What the option `columns` returns: each column that may be null, so that a wrong name is a missing one and does not compile, and those of
 * the rest that it likes. What something else is to fill needs a default.
 */
export type FilledColumns<Model = SessionDelegate> =
  Columns extends OwnColumns<Model>
    ? Columns
    : {
        readonly [Name in keyof WrittenColumns<Model> & NullableName<OwnColumns<Model>>]-?: Exclude<
          WrittenColumns<Model>[Name],
          undefined
        >;
      } & {
        readonly [Name in Exclude<
          keyof WrittenColumns<Model>,
          NullableName<OwnColumns<Model>>
        >]?: WrittenColumns<Model>[Name];
      };

/** A condition on the model, as in its own `findMany({ where })`; of an unknown model, any. */
export type ModelWhere<Model = SessionDelegate> =
  TypesOf<Model> extends { readonly operations: { readonly findMany: { readonly args: { where?: infer Where } } } }
    ? NonNullable<Where>
    : Columns;
