import type { Serializer } from "../codec/codec.ts";

type Dictionary = ReadonlyMap<string, unknown>;

/** The values of a dictionary as they are written, by their keys: by them a change deep inside a value is seen too. */
export type Texts = ReadonlyMap<string, string>;

export const textsOf = (dictionary: Dictionary, serializer: Serializer): Texts =>
  new Map([...dictionary].map(([key, value]) => [key, serializer.stringify(value)]));

/** The keys in which two dictionaries differ. */
export function differingKeys(before: Texts, after: Texts): string[] {
  const keys: string[] = [];
  for (const [key, text] of after) if (before.get(key) !== text) keys.push(key);
  for (const key of before.keys()) if (!after.has(key)) keys.push(key);
  return keys;
}

/** Gives a dictionary these keys as another one has them, or has them not. */
export function copyKeys(keys: Iterable<string>, from: Dictionary, to: Map<string, unknown>): void {
  for (const key of keys) {
    if (from.has(key)) to.set(key, from.get(key));
    else to.delete(key);
  }
}
