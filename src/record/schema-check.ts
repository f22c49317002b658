import { emitFor } from "../events.ts";
import { changedKeys, copyKeys } from "./changes.ts";
import type { Dictionary } from "./dictionary.ts";
import { HiddenValue, hiddenKeys, isHidden } from "./hidden-value.ts";
import { copyDictionary, type DecodedRow, dictionaryOf, type KnownRow, serialize, valuesOf } from "./known-row.ts";
import { isReserved } from "./reserved.ts";
import { issuePath, judge, misfitError, type Verdict } from "./schema-verdict.ts";
import type { SchemaConfig } from "./session-config.ts";
import { contentOf, type SaveRequest } from "./write.ts";

const NOT_SERIALIZABLE = "";
const NOTHING_WRONG: Verdict = { ofKeys: new Map(), general: [] };

/** Hides the values of a row that do not fit the option `schema`. Returns their keys. */
export async function hideMisfits({ row, data }: DecodedRow, config: SchemaConfig): Promise<string[]> {
  const { ofKeys } = await judgeRow(dictionaryOf(row, config), config);
  const keys = [...ofKeys.keys()];
  hide(keys, data);
  return keys;
}

/** Emits an event that names the keys, if any were hidden. */
export function emitHidden(keys: readonly string[], sessionKey: string | null, config: SchemaConfig): void {
  if (keys.length > 0 && sessionKey !== null) emitFor(sessionKey, { type: "hidden", keys }, config);
}

/**
 * Writes a session if its data fit the option `schema`.
 *
 * The data are judged once, before the first statement. So the write works on a copy: what the user
 * changes during the write belongs to the next write, which judges it.
 * @param record the row that the write is based on, if there is one
 * @throws SerializationError if a changed value does not fit
 */
export async function writeJudged<Result>(
  request: SaveRequest,
  record: { readonly row?: KnownRow | undefined; readonly sessionKey: string | null },
  config: SchemaConfig,
  write: (request: SaveRequest) => Promise<Result>,
): Promise<Result> {
  const data = copyDictionary(request.data, config);
  await checkFit(contentOf({ ...request, data }), record.row, config);
  const before = serialize(data, config);
  try {
    return await write({ ...request, data });
  } finally {
    // What was merged belongs to the user's dictionary too, except for keys that the user has
    // changed since. Also after an error: the next write is based on the row that was merged.
    const merged = changedKeys(before, serialize(data, config));
    if (merged.length > 0) {
      const { ofKeys } = await judgeRow(copyDictionary(data, config), config);
      const isUnchanged = (key: string) => textOf(key, request.data, config) === before.get(key);
      const taken = merged.filter(isUnchanged);
      copyKeys(taken, data, request.data);
      const misfits = taken.filter((key) => ofKeys.has(key) || isHidden(data.get(key)));
      hide(misfits, request.data);
      emitHidden(misfits, record.sessionKey, config);
    }
  }
}

/**
 * What the row holds already is no reason to refuse a save: another version of the application may
 * have written it.
 */
async function checkFit(data: Dictionary, row: KnownRow | undefined, config: SchemaConfig): Promise<void> {
  const { ofKeys, general } = await judge(copyDictionary(data, config), config.schema).catch((error: unknown) => {
    throw misfitError(error, "");
  });
  const before = row ? valuesOf(row, config) : new Map<string, string>();
  const key = changedKeys(before, serialize(data, config)).find((changed) => ofKeys.has(changed));
  const issue = key === undefined ? undefined : ofKeys.get(key);
  if (issue) throw misfitError(issue, issuePath(issue));
  // An empty session can always be saved. Otherwise the schema of a union could never begin.
  if (general.length === 0 || isUsersPartEmpty(data)) return;
  const known = row ? await generalIssues(row, config) : new Set();
  const unknown = general.find(({ message }) => !known.has(message));
  if (unknown) throw misfitError(unknown, "");
}

/**
 * The issues without a key that the data had when they were read: with the misfits, and while these
 * are hidden.
 */
async function generalIssues(row: KnownRow, config: SchemaConfig): Promise<ReadonlySet<string>> {
  const data = dictionaryOf(row, config);
  if (isUsersPartEmpty(data)) return new Set();
  const { ofKeys, general } = await judgeRow(dictionaryOf(row, config), config);
  for (const key of ofKeys.keys()) data.delete(key);
  const hidden = ofKeys.size > 0 ? (await judgeRow(data, config)).general : [];
  return new Set([...general, ...hidden].map(({ message }) => message));
}

/** The text of one value. The user may have set a value that cannot be serialized. */
function textOf(key: string, data: Dictionary, config: SchemaConfig): string | undefined {
  try {
    return serialize(new Map([...data].filter(([each]) => each === key)), config).get(key);
  } catch {
    return NOT_SERIALIZABLE;
  }
}

function hide(keys: readonly string[], data: Dictionary): void {
  for (const key of keys) {
    const value = data.get(key);
    if (!isHidden(value)) data.set(key, new HiddenValue(value));
  }
}

/** A schema that throws must not make a session unreadable. */
async function judgeRow(data: Dictionary, { schema }: SchemaConfig): Promise<Verdict> {
  try {
    return await judge(data, schema);
  } catch {
    return NOTHING_WRONG;
  }
}

const isUsersPartEmpty = (data: Dictionary): boolean =>
  [...data.keys()].every(isReserved) && hiddenKeys(data).length === 0;
