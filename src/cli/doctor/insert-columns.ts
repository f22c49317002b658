import { isPlainObject } from "../../store/plain-object.ts";
import type { Columns } from "../../store/session-store.ts";
import { checkJsonKeys } from "../check-json-keys.ts";
import { CommandError } from "../command-error.ts";

const OWN = ["key", "data", "expireDate"];

/**
 * Parses the value of `--insert-columns`.
 *
 * @throws CommandError if the value is not a JSON object of the user's own columns
 */
export function insertColumns(text: string | undefined): Columns {
  if (text === undefined) return {};
  const columns = parsed(text);
  if (!isPlainObject(columns)) {
    throw new CommandError(
      `--insert-columns must be a JSON object of columns and values. Write it as in --insert-columns '{"tenantId":1}'.`,
    );
  }
  checkJsonKeys("insert-columns", text);
  const [own] = Object.keys(columns).filter((name) => OWN.includes(name));
  if (own === undefined) return columns as Columns;
  throw new CommandError(`--insert-columns must not contain ${own}. The doctor fills this column itself.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
