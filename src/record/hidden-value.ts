import type { Dictionary, ReadonlyDictionary } from "./dictionary.ts";

/**
 * Stands in a dictionary for a value of the row that does not fit the option `schema`. The user
 * does not see it. The row keeps the value until the user sets or deletes its key.
 */
export class HiddenValue {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export const isHidden = (value: unknown): value is HiddenValue => value instanceof HiddenValue;

/** The keys whose values are hidden. */
export function hiddenKeys(data: ReadonlyDictionary): string[] {
  const keys: string[] = [];
  for (const [key, value] of data) if (isHidden(value)) keys.push(key);
  return keys;
}

/** The dictionary as the row has it. */
export const unhide = (data: Dictionary): Dictionary =>
  mapIfHidden(data, ([key, value]) => [[key, isHidden(value) ? value.value : value]]);

/** The dictionary without the hidden values. */
export const withoutHidden = (data: Dictionary): Dictionary =>
  mapIfHidden(data, ([key, value]) => (isHidden(value) ? [] : [[key, value]]));

/** A row that `create()` inserts has only what the user sees. */
export function dropHidden(data: Dictionary): void {
  for (const key of hiddenKeys(data)) data.delete(key);
}

/** Most sessions hide nothing. They need no copy. */
function mapIfHidden(data: Dictionary, change: (entry: [string, unknown]) => [string, unknown][]): Dictionary {
  for (const value of data.values()) if (isHidden(value)) return new Map([...data].flatMap(change));
  return data;
}
