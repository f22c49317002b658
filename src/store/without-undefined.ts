/**
 * The object without properties that are `undefined`.
 *
 * A column that is `undefined` stays as it is. Prisma's `strictUndefinedChecks` refuses to be told
 * so explicitly.
 */
export function withoutUndefined<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
