import { isDeepStrictEqual } from "node:util";
import { SessionWarning } from "./session-warning.ts";
import { warnOnce } from "./warn-once.ts";

/** A default that `get()` returned. */
interface Default {
  readonly key: string;
  readonly value: object;
  /** The default as it was then. */
  readonly copy: object;
  readonly warning: SessionWarning;
}

/** A request that asks for more defaults than this does so in a loop. */
const MAX_DEFAULTS = 100;

/** The defaults that `get()` has returned, to find those that were changed and not stored. */
export class ChangedDefaults {
  #defaults: Default[] = [];

  /** @param get The method that the user called. */
  add(key: string, value: unknown, get: (...args: never[]) => unknown): void {
    const copy = copyOf(value);
    if (!copy || this.#defaults.length === MAX_DEFAULTS) return;
    const warning = new SessionWarning(
      `The default of \`get(${JSON.stringify(key)}, …)\` was changed, but \`get()\` does not store a default, so the change ` +
        `is lost. Call \`setDefault(${JSON.stringify(key)}, …)\` instead. If the change is not meant for the session, change a copy.`,
      get,
    );
    this.#defaults.push({ key, value: value as object, copy, warning });
  }

  /** A default that is in the session is no longer a default, whatever happens to it later. */
  removeStored(data: ReadonlyMap<string, unknown>): void {
    this.#defaults = this.#defaults.filter(({ key, value }) => !data.has(key) && !contains(data, value));
  }

  warn(): void {
    for (const { value, copy, warning } of this.#defaults) {
      if (!isEqual(value, copy)) warnOnce(`default ${warning.line}`, warning);
    }
    this.clear();
  }

  clear(): void {
    this.#defaults = [];
  }
}

/**
 * `undefined` for a value that cannot be compared later, such as a function, a proxy or a class
 * instance.
 */
function copyOf(value: unknown): object | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    const copy: object = structuredClone(value);
    return isDeepStrictEqual(value, copy) ? copy : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A value that cannot be compared any more counts as equal: no warning is better than a wrong one.
 */
function isEqual(value: object, copy: object): boolean {
  try {
    return isDeepStrictEqual(value, copy);
  } catch {
    return true;
  }
}

/** Whether a value has an object somewhere in it. In doubt, it has. */
function contains(value: unknown, object: object): boolean {
  const seen = new Set<unknown>();
  const search = (each: unknown): boolean => {
    if (each === object) return true;
    if (typeof each !== "object" || each === null || seen.has(each)) return false;
    seen.add(each);
    return (each instanceof Map || each instanceof Set ? [...each.values()] : Object.values(each)).some(search);
  };
  try {
    return search(value);
  } catch {
    return true;
  }
}
