import { valuePath } from "../codec/value-path.ts";
import { SerializationError } from "../errors.ts";
import { isHidden } from "./hidden-value.ts";
import { isReserved, TEST_COOKIE } from "./reserved.ts";
import type { SchemaIssue, StandardSchema } from "./standard-schema.ts";

/** What the option `schema` says about a dictionary. */
export interface Verdict {
  /** The first issue of each key that does not fit. */
  readonly ofKeys: ReadonlyMap<string, SchemaIssue>;
  /** Issues that name no key, such as those of a rule for the whole object. */
  readonly general: readonly SchemaIssue[];
}

/**
 * Judges the user's own keys. Pass a copy of the data, because a schema could change the values.
 */
export async function judge(data: ReadonlyMap<string, unknown>, schema: StandardSchema): Promise<Verdict> {
  const isJudged = ([key, value]: [string, unknown]) => !isReserved(key) && key !== TEST_COOKIE && !isHidden(value);
  const judged = new Map([...data].filter(isJudged));
  const result = await schema["~standard"].validate(Object.fromEntries(judged));
  const ofKeys = new Map<string, SchemaIssue>();
  const general: SchemaIssue[] = [];
  for (const issue of result.issues ?? []) {
    const [first] = pathOf(issue);
    const key = String(first);
    if (first === undefined) general.push(issue);
    // An absent key fits: a session begins empty, and gets its keys one by one.
    else if (judged.has(key) && !ofKeys.has(key)) ofKeys.set(key, issue);
  }
  return { ofKeys, general };
}

/**
 * The error of a save that the schema refuses. The message has no values, because it may get into
 * logs.
 */
export function misfitError(cause: unknown, path: string): SerializationError {
  const what = path === "" ? "The session data do not fit" : `The value of session key \`${path}\` does not fit`;
  const remedy = "Nothing was saved. The `cause` of this error is the issue. Set data that fit, or delete the key.";
  return new SerializationError(`${what} the option \`schema\`. ${remedy}`, path, { cause });
}

export const issuePath = (issue: SchemaIssue): string => valuePath(pathOf(issue));

/**
 * The path of ArkType is an array of a class of its own, whose `map()` does not return plain
 * arrays.
 */
function pathOf({ path }: SchemaIssue): (string | number)[] {
  const keys = Array.from(path ?? [], (segment) => (typeof segment === "object" ? segment.key : segment));
  return keys.map((key) => (typeof key === "number" ? key : String(key)));
}
