/**
 * Whether an object that is neither plain nor an array is a value to Prisma: a date, bytes, a decimal, `Prisma.DbNull` and its kin, or a field of
 * a model. Each is known by its shape, since a bundle may have two copies of a class.
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
