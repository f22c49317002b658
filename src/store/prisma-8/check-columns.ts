import { ConfigError } from "../../errors.ts";
import { isPlainObject } from "../plain-object.ts";
import type { Columns } from "../session-store.ts";

type Codecs = Readonly<Record<string, string | undefined>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isInteger: Check = (value) => typeof value === "bigint" || Number.isInteger(value);
const isDate: Check = (value) => value instanceof Date && !Number.isNaN(value.getTime());
const isJson: Check = (value) =>
  isPlainObject(value) || Array.isArray(value) || isText(value) || typeof value === "boolean" || Number.isFinite(value);

/** What each codec holds, by the codec's name. Prisma 8 and SQLite check almost nothing. */
const KINDS: readonly (readonly [codec: RegExp, holds: string, fits: Check])[] = [
  [/\/jsonb?@/, "holds JSON", isJson],
  [/-date@|\/datetime@/, "holds dates", isDate],
  [/\/(bytea|blob)@/, "holds bytes", (value) => value instanceof Uint8Array],
  [/\/bool@/, "holds booleans", (value) => typeof value === "boolean"],
  [/\/(int\d*|int8number|integer|bigint|bigintnumber|unboundedint)@/, "holds integers", isInteger],
  [/\/(float\d*|real)@/, "holds numbers", (value) => Number.isFinite(value)],
  [/\/(text|char|varchar|enum|uuid)@|-string@/, "holds text", isText],
];
const OTHER = [
  /(?:)/,
  "does not hold JSON",
  (value: unknown) =>
    isText(value) || isInteger(value) || Number.isFinite(value) || typeof value === "boolean" || isDate(value),
] as const;

/**
 * Why a value does not fit its column, such as "an object for it and it holds integers".
 * `undefined` if it fits, as `null` and `undefined` always do.
 */
export function misfitOf(codecs: Codecs | undefined, name: string, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const codec = (codecs && Object.hasOwn(codecs, name) && codecs[name]) || "";
  const [, holds, fits] = KINDS.find(([pattern]) => pattern.test(codec)) ?? OTHER;
  if (!codec.endsWith("[]")) return fits(value) ? undefined : `${describe(value)} for it and it ${holds}`;
  const isList = Array.isArray(value) && value.every((item) => item === null || fits(item));
  return isList ? undefined : `${describe(value)} for it and it is a list that ${holds}`;
}

/**
 * A check of the values that the option `columns` returned: they may come from an attacker who
 * filled the session. The check throws a ConfigError.
 */
export function columnChecker(codecs: Codecs | undefined): (columns: Columns | undefined) => void {
  return (columns = {}) => {
    for (const [name, value] of Object.entries(columns)) {
      const misfit = misfitOf(codecs, name, value);
      if (misfit === undefined) continue;
      throw new ConfigError(
        `Cannot write the column \`${name}\` because \`columns\` returned ${misfit}. ` +
          "Return a value of the column's type, whatever the session holds.",
      );
    }
  };
}

function describe(value: unknown): string {
  // No value itself: it may be a secret.
  if (typeof value === "number" && Number.isFinite(value)) return Number.isInteger(value) ? "a number" : "a fraction";
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return isDate(value) ? "a Date" : "an invalid Date";
  return "then" in value ? "a promise" : "an object";
}
