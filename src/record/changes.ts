import type { SerializedValues } from "../codec/serialize-values.ts";
import type { Dictionary, ReadonlyDictionary } from "./dictionary.ts";

/** The keys whose values differ. */
export function changedKeys(before: SerializedValues, after: SerializedValues): string[] {
  const keys: string[] = [];
  for (const [key, text] of after) if (before.get(key) !== text) keys.push(key);
  for (const key of before.keys()) if (!after.has(key)) keys.push(key);
  return keys;
}

/**
 * Gives a dictionary these keys as another dictionary has them. A key that the other lacks is
 * deleted.
 */
export function copyKeys(keys: Iterable<string>, from: ReadonlyDictionary, to: Dictionary): void {
  for (const key of keys) {
    if (from.has(key)) to.set(key, from.get(key));
    else to.delete(key);
  }
}
