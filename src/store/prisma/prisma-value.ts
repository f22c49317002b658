/**
 * Whether Prisma treats an object as one value: a date, bytes, a decimal, a null such as
 * `Prisma.DbNull`, or a field of a model.
 *
 * @param object An object that is neither plain nor an array. The function checks its shape,
 *   because a bundle may contain two copies of a class.
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
