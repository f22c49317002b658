import { ConfigError } from "../errors.ts";
import { hiddenKeys, isHidden } from "../record/hidden-value.ts";
import { isReserved } from "../record/reserved.ts";
import type { Columns } from "../store/session-store.ts";

const NOT_OWN = ["key", "data", "expireDate"];

/**
 * Wraps the option `columns`. The option sees the data without the reserved keys. A column that it
 * leaves `undefined` becomes `null`. Otherwise the row could keep the value of another user.
 *
 * @param ownerColumn the column that the option `maxPerOwner` names
 */
export function columnMapper<Data>(columns: (data: Data) => Columns, ownerColumn: string | undefined) {
  const columnsOf = (data: ReadonlyMap<string, unknown>): Columns => {
    const visible = Object.fromEntries([...data].filter(([key, value]) => !isReserved(key) && !isHidden(value)));
    const filled: unknown = columns(visible as Data);
    if (typeof filled !== "object" || filled === null || filled instanceof Promise) {
      throw new ConfigError("`columns` must return an object like `{ userId: 7 }`, and must be synchronous.");
    }
    const taken = NOT_OWN.find((name) => name in filled);
    if (taken)
      throw new ConfigError(
        `\`columns\` must not return \`${taken}\`, because the package fills this column. Leave it out.`,
      );
    if (ownerColumn !== undefined && !(ownerColumn in filled)) {
      throw new ConfigError(
        `\`columns\` must return \`${ownerColumn}\`, because \`maxPerOwner\` counts the sessions by this column.`,
      );
    }
    for (const [name, value] of Object.entries(filled)) {
      // Prisma would write null, and `revoke()` could not find the session.
      if (typeof value === "number" && !Number.isFinite(value)) {
        throw new ConfigError(`\`columns\` must not return ${value} for \`${name}\`. Return a number, or null.`);
      }
    }
    return Object.fromEntries(Object.entries(filled).map(([name, value]) => [name, value ?? null]));
  };

  return (data: ReadonlyMap<string, unknown>, ofRow?: () => ReadonlyMap<string, unknown>): Columns => {
    const now = columnsOf(data);
    const hidden = hiddenKeys(data);
    if (hidden.length === 0 || !ofRow) return now;
    // A column that is null because a value is hidden keeps what the row has. So `revoke()` still
    // finds its owner.
    const shown = columnsOf(new Map([...ofRow()].filter(([key]) => !hidden.includes(key))));
    return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== null || shown[name] !== null));
  };
}
