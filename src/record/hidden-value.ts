/**
 * Stands in a dictionary for a value of the row that does not fit the option `schema`. The user does
 * not see it. The row keeps the value until the user sets or deletes its key.
 */
export class HiddenValue {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export const isHidden = (value: unknown): value is HiddenValue => value instanceof HiddenValue;

/** A row that `create()` inserts gets what the user sees. */
export function dropHidden(data: Map<string, unknown>): void {
  for (const [key, value] of data) if (isHidden(value)) data.delete(key);
}

/** The dictionary as the row has it. */
export function withoutHiding(data: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  for (const value of data.values()) if (isHidden(value)) return new Map([...data].map(unhide));
  return data;
}

const unhide = ([key, value]: [string, unknown]): [string, unknown] => [key, isHidden(value) ? value.value : value];
