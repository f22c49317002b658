import { ConfigError } from "../errors.ts";

/** The options of all entries, so that one object can be shared between them. */
const OPTIONS = [
  "model",
  "store",
  "secret",
  "maxAge",
  "absoluteMaxAge",
  "refreshAfter",
  "expireAtBrowserClose",
  "onConflict",
  "codec",
  "serializer",
  "schema",
  "hashKeys",
  "cookie",
  "columns",
  "maxPerOwner",
  "onEvent",
  "now",
  "randomKey",
  "onInterrupted",
];
const COOKIE_OPTIONS = ["name", "domain", "path", "sameSite", "secure", "partitioned", "priority"];
const LIMIT_OPTIONS = ["column", "max"];

/**
 * @throws ConfigError for a name that no entry knows: a misspelt option would be ignored without
 *   a word
 */
export function checkOptionNames(options: object): void {
  checkNames(options, OPTIONS, "");
  const { cookie, maxPerOwner } = options as { readonly cookie?: unknown; readonly maxPerOwner?: unknown };
  if (cookie !== undefined) checkNames(cookie, COOKIE_OPTIONS, "cookie.");
  if (maxPerOwner !== undefined) checkNames(maxPerOwner, LIMIT_OPTIONS, "maxPerOwner.");
}

/** The same for the second argument of `withSession`. */
export const checkWithSessionOptions = (options: unknown): void => checkNames(options, ["sameOrigin"], "withSession.");

function checkNames(options: unknown, known: readonly string[], path: string): void {
  if (typeof options !== "object" || options === null) {
    throw new ConfigError(`\`${path.slice(0, -1) || "options"}\` must be an object.`);
  }
  // cookieAttributes() explains this one.
  const unknown = Object.keys(options).find((name) => !known.includes(name) && `${path}${name}` !== "cookie.httpOnly");
  if (unknown === undefined) return;
  const meant = known.find((name) => plain(name) === plain(unknown));
  const advice = meant
    ? `Did you mean \`${path}${meant}\`?`
    : `Remove it, or correct it to one of ${known.map((name) => `\`${name}\``).join(", ")}.`;
  throw new ConfigError(`\`${path}${unknown}\` is an unknown option. ${advice}`);
}

const plain = (name: string) => name.replaceAll(/[^a-z]/gi, "").toLowerCase();
