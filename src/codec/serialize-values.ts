import { SerializationError } from "../errors.ts";
import type { Serializer } from "./codec.ts";
import { valuePath } from "./value-path.ts";

/**
 * The texts of a dictionary's values, by key. Comparing texts also finds changes deep in a value.
 */
export type SerializedValues = ReadonlyMap<string, string>;

const MAX_DEPTH = 500;

/**
 * Serializes each value. With `JSON`, this function refuses values that would change: JSON turns a
 * `Date` into text, a `Map` into `{}` and `NaN` into `null`. But `JSON` may omit properties that
 * are `undefined`, and may turn -0 into 0. Another serializer checks the values itself.
 *
 * @throws SerializationError that names the path of the first value that would change
 */
export function serializeValues(data: ReadonlyMap<string, unknown>, serializer: Serializer): SerializedValues {
  const textOf = serializer === JSON ? jsonText : serializerText;
  const values = new Map<string, string>();
  for (const [key, value] of data) values.set(key, textOf(key, value, serializer));
  return values;
}

function jsonText(key: string, value: unknown): string {
  if (isScalar(value)) return JSON.stringify(value);
  const place = { keys: [key], ancestors: new Set<object>() };
  checkJson(value, place);
  const text: string | undefined = JSON.stringify(value);
  // The check before this line cannot find the `toJSON` of a proxy.
  if (text === undefined) throw notSerializable("nothing in JSON", place);
  return text;
}

function serializerText(key: string, value: unknown, serializer: Serializer): string {
  const path = valuePath([key]);
  const storable = "Store something that it can write, or delete the key.";
  let text: unknown;
  try {
    text = serializer.stringify(value);
    // Serialize the name too: some serializers refuse names that could pollute a prototype.
    serializer.stringify({ [key]: value });
  } catch (cause) {
    throw new SerializationError(`The serializer refused the value of session key \`${path}\`. ${storable}`, path, {
      cause,
    });
  }
  if (typeof text !== "string") {
    const problem = `The serializer did not return a string for the value of session key \`${path}\`.`;
    throw new SerializationError(`${problem} ${storable}`, path);
  }
  if (text.isWellFormed() && key.isWellFormed()) return text;
  throw new SerializationError(
    `The serializer wrote half of a surrogate pair for session key \`${path}\`, which databases do not bring back. ` +
      "Store `text.toWellFormed()`, or give a `serializer` that escapes such halves, as JSON does.",
    path,
  );
}

/** The position of the check: the keys of the path, and the objects that contain the value. */
interface Place {
  readonly keys: (string | number)[];
  readonly ancestors: Set<object>;
}

/** Most values are scalars, so the check need not walk through them. */
const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value));

function checkJson(value: unknown, place: Place): void {
  if (typeof value !== "object" || value === null) throw notSerializable(describePrimitive(value), place);
  const { keys, ancestors } = place;
  if (ancestors.has(value)) throw notSerializable("part of a cycle", place);
  if (ancestors.size === MAX_DEPTH) throw notSerializable(`nested deeper than ${MAX_DEPTH} levels`, place);
  const problem = Array.isArray(value) ? arrayProblem(value) : objectProblem(value);
  if (problem) throw notSerializable(problem, place);

  ancestors.add(value);
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const each: unknown = Reflect.get(value, key);
    if (isScalar(each) || (each === undefined && !Array.isArray(value))) continue;
    keys.push(key);
    checkJson(each, place);
    keys.pop();
  }
  ancestors.delete(value);
}

/**
 * The own keys of an array are its indexes and `length`. More keys are properties, which JSON
 * omits. Fewer keys mean holes, which JSON fills.
 */
function arrayProblem(array: readonly unknown[]): string | undefined {
  if (Object.getPrototypeOf(array) !== Array.prototype && distanceToNull(array) !== 3) return aClassInstance(array);
  if (Reflect.ownKeys(array).length !== array.length + 1) return "an array with holes or properties";
  return undefined;
}

function objectProblem(object: object): string | undefined {
  if (Object.getPrototypeOf(object) !== Object.prototype && distanceToNull(object) > 2) return aClassInstance(object);
  if (Reflect.ownKeys(object).length !== Object.keys(object).length)
    return "an object with symbols or hidden properties";
  return undefined;
}

/**
 * The length of the prototype chain: 1 for an object without a prototype, 2 for a literal, 3 for an
 * array. Objects of another realm have other prototypes, but chains of the same length.
 */
function distanceToNull(object: object): number {
  const prototype: object | null = Object.getPrototypeOf(object);
  return prototype === null ? 1 : 1 + distanceToNull(prototype);
}

const aClassInstance = (object: object) => `a ${object.constructor?.name || "class instance"}`;

function describePrimitive(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value);
  return `a ${typeof value}`;
}

function notSerializable(what: string, { keys }: Place): SerializationError {
  const path = valuePath(keys);
  const hint =
    what === "undefined" ? "Delete it instead" : "Store plain JSON values, or give a `serializer` that can write it";
  return new SerializationError(
    `The value of session key \`${path}\` is ${what}, which JSON does not bring back. ${hint}.`,
    path,
  );
}
