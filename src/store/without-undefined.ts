/**
 * A copy of the object without properties that are `undefined`.
 *
 * `undefined` means that the column stays unchanged. With `strictUndefinedChecks`, Prisma refuses
 * an explicit `undefined`.
 */
export function withoutUndefined<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
