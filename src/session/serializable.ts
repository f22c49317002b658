import type { Serializer } from "../codec/codec.ts";
import { SerializationError } from "../errors.ts";

const MAX_DEPTH = 500;

/**
 * Makes sure that every value comes back from the database as it goes in. JSON would silently turn a `Date` into a text, a `Map` into
 * `{}` and `NaN` into `null`; a serializer of the user's own decides for itself. (A property that is `undefined` is left out by JSON,
 * and reads as `undefined` afterwards, so it is allowed.)
 *
 * @throws SerializationError that names the path of the first value that would not.
 */
export function checkSerializable(data: ReadonlyMap<string, unknown>, serializer: Serializer): void {
  for (const [key, value] of data) {
    if (serializer === JSON) checkJson(value, key, []);
    else checkStringify(value, key, serializer);
  }
}

function checkStringify(value: unknown, path: string, serializer: Serializer): void {
  let text: unknown;
  try {
    text = serializer.stringify(value);
  } catch (cause) {
    throw new SerializationError(
      `The serializer refused the session value at ${path}. Store something that it can write.`,
      path,
      { cause },
    );
  }
  if (typeof text === "string") return;
  throw new SerializationError(
    `The serializer made no text of the session value at ${path}. Store something that it can write, or delete the key.`,
    path,
  );
}

function checkJson(value: unknown, path: string, ancestors: readonly object[]): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (typeof value !== "object") throw notSerializable(describePrimitive(value), path);
  if (ancestors.includes(value)) throw notSerializable("part of a cycle", path);
  if (ancestors.length === MAX_DEPTH) throw notSerializable(`nested deeper than ${MAX_DEPTH} levels`, path);
  const inside = [...ancestors, value];
  if (Array.isArray(value)) {
    // By index, since forEach would pass over the holes, which JSON turns into null.
    for (let i = 0; i < value.length; i++) checkJson(value[i], `${path}[${i}]`, inside);
    return;
  }
  if (!isPlainObject(value)) throw notSerializable(`a ${value.constructor?.name || "class instance"}`, path);
  if (Object.getOwnPropertySymbols(value).length > 0) throw notSerializable("an object with symbol keys", path);
  for (const [key, each] of Object.entries(value)) {
    if (each !== undefined) checkJson(each, `${path}${propertyPath(key)}`, inside);
  }
}

/** An object literal's prototype is the end of its chain, in this realm and in any other. */
function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describePrimitive(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  return `a ${typeof value}`;
}

const propertyPath = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

function notSerializable(what: string, path: string): SerializationError {
  const hint =
    what === "undefined" ? "Delete the key instead" : "Store plain JSON values, or give a `serializer` that knows it";
  return new SerializationError(
    `The session value at ${path} is ${what}, which JSON would not bring back as it is. ${hint}.`,
    path,
  );
}
