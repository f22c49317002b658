import type { Serializer } from "../codec/codec.ts";

type Dictionary = ReadonlyMap<string, unknown>;

/** What one request did to a session's data, key by key. */
export interface Changes {
  readonly set: Dictionary;
  readonly removed: ReadonlySet<string>;
}

/**
 * Compares the dictionary with what was read, by their serialized values, so that a change deep inside a value counts too.
 */
export function findChanges(before: Dictionary, after: Dictionary, serializer: Serializer): Changes {
  const set = new Map<string, unknown>();
  for (const [key, value] of after) {
    const same = before.has(key) && serializer.stringify(before.get(key)) === serializer.stringify(value);
    if (!same) set.set(key, value);
  }
  const removed = new Set([...before.keys()].filter((key) => !after.has(key)));
  return { set, removed };
}

export const isUnchanged = ({ set, removed }: Changes): boolean => set.size === 0 && removed.size === 0;

/** Puts one request's changes on top of what another one wrote: keys that only one of them touched survive both. */
export function applyChanges(base: Dictionary, { set, removed }: Changes): Map<string, unknown> {
  const merged = new Map([...base].filter(([key]) => !removed.has(key)));
  for (const [key, value] of set) merged.set(key, value);
  return merged;
}
