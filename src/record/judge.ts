import { valuePath } from "../codec/value-path.ts";
import { SerializationError } from "../errors.ts";
import { emitFor } from "../events.ts";
import { changedKeys } from "./changes.ts";
import { HiddenValue, isHidden } from "./hidden-value.ts";
import { type Dictionary, dictionaryOf, type KnownRow, serialize, valuesOf } from "./known-row.ts";
import { isReserved } from "./reserved.ts";
import type { SessionConfig } from "./session-config.ts";
import type { SchemaIssue, StandardSchema } from "./standard-schema.ts";

/** What the option `schema` says about a dictionary. */
interface Verdict {
  /** One issue for each key that does not fit. */
  readonly ofKeys: ReadonlyMap<string, SchemaIssue>;
  /** Issues that name no key, such as those of a rule for the whole object. */
  readonly general: readonly SchemaIssue[];
}

/** Hides the values of a row that do not fit the option `schema`. An event names their keys. */
export async function hideMisfits(data: Dictionary, sessionKey: string, config: SessionConfig): Promise<void> {
  if (!config.schema) return;
  const keys = [...(await judge(data, config.schema)).ofKeys.keys()];
  for (const key of keys) data.set(key, new HiddenValue(data.get(key)));
  if (keys.length > 0) emitFor(sessionKey, { type: "hidden", keys }, config);
}

/**
 * Checks what a save is about to write. What the row holds already is no reason to refuse a save:
 * another version of the application may have written it.
 * @param row the row as it was read, if there is one
 * @throws SerializationError for a changed value that does not fit the option `schema`
 */
export async function checkFit(data: Dictionary, row: KnownRow | undefined, config: SessionConfig): Promise<void> {
  const { schema } = config;
  if (!schema) return;
  const { ofKeys, general } = await judge(data, schema);
  const before = row ? valuesOf(row, config) : new Map<string, string>();
  const key = changedKeys(before, serialize(data, config)).find((changed) => ofKeys.has(changed));
  if (key !== undefined) throw misfit(ofKeys.get(key) as SchemaIssue, key);
  if (general.length === 0) return;
  const known = await generalIssues(row ? dictionaryOf(row, config) : new Map(), schema);
  const issue = general.find(({ message }) => !known.has(message));
  if (issue) throw misfit(issue);
}

/** The issues without a key that data had as they were read: with the values that do not fit, and when these are hidden. */
async function generalIssues(data: Dictionary, schema: StandardSchema): Promise<ReadonlySet<string>> {
  const { ofKeys, general } = await judge(data, schema);
  for (const key of ofKeys.keys()) data.delete(key);
  const hidden = ofKeys.size > 0 ? (await judge(data, schema)).general : [];
  return new Set([...general, ...hidden].map(({ message }) => message));
}

async function judge(data: Dictionary, schema: StandardSchema): Promise<Verdict> {
  const visible = [...data].filter(([key, value]) => !isReserved(key) && !isHidden(value));
  const issues = await issuesOf(Object.fromEntries(visible), schema);
  const ofKeys = new Map<string, SchemaIssue>();
  const general: SchemaIssue[] = [];
  const present = new Set(visible.map(([key]) => key));
  for (const issue of issues) {
    const [first] = pathOf(issue);
    const key = String(first);
    if (first === undefined) general.push(issue);
    // An absent key fits: a session begins empty, and gets its keys one by one.
    else if (present.has(key) && !ofKeys.has(key)) ofKeys.set(key, issue);
  }
  return { ofKeys, general };
}

/** A schema of the user's that throws must not make a session unreadable. */
async function issuesOf(value: unknown, schema: StandardSchema): Promise<readonly SchemaIssue[]> {
  try {
    return (await schema["~standard"].validate(value)).issues ?? [];
  } catch (error) {
    return [{ message: `it threw an error (${error})` }];
  }
}

function pathOf({ path = [] }: SchemaIssue): (string | number)[] {
  const keys = path.map((segment) => (typeof segment === "object" ? segment.key : segment));
  return keys.map((key) => (typeof key === "symbol" ? String(key) : key));
}

function misfit(issue: SchemaIssue, key?: string): SerializationError {
  const path = key === undefined ? "" : valuePath(pathOf(issue));
  const what = key === undefined ? "The session does not fit" : `The value of session key \`${path}\` does not fit`;
  return new SerializationError(`${what} the option \`schema\`: ${issue.message}. Nothing was saved.`, path);
}
