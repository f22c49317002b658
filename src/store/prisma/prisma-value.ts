/**
 * Whether Prisma takes an object as one value: a date, bytes, a decimal, `Prisma.DbNull` and its
 * kind, or a model's field.
 *
 * Give an object that is neither plain nor an array. The check looks at its shape, since a bundle
 * may hold two copies of a class.
 */
export function isPrismaValue(object: object): boolean {
  return (
    object instanceof Date ||
    ArrayBuffer.isView(object) ||
    ("toFixed" in object && "d" in object) ||
    "_getNamespace" in object ||
    "typeName" in object
  );
}
