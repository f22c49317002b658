/**
 * The part of the Standard Schema interface that the package uses. Zod, Valibot and ArkType
 * implement it. Source: https://standardschema.dev
 */
export interface StandardSchema<Input = unknown> {
  /** The property that every schema with this interface has. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
    readonly types?: { readonly input: Input; readonly output: unknown } | undefined;
  };
}

/** What `validate()` returns. The package ignores the output of a value that fits. */
export interface SchemaResult {
  /** `undefined` if the value fits. */
  readonly issues?: readonly SchemaIssue[] | undefined;
}

/** Why a value does not fit. */
export interface SchemaIssue {
  /** The text for an error message. */
  readonly message: string;
  /**
   * The keys that lead to the part that does not fit. Without a path, the issue is about the whole.
   */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
