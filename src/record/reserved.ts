/**
 * Names of entries that the package itself keeps in a session's data. Users neither see nor set
 * them.
 */
const PREFIX = "_session_";

/** The expiry that `setExpiry` gave this session. Django uses the same name. */
export const EXPIRY = `${PREFIX}expiry`;
/** When `markAuthenticated` was last called, in milliseconds since 1970. */
export const AUTHENTICATED = `${PREFIX}authenticated`;
/**
 * The row's metadata. The dictionary of a session never has this entry: it exists in the row alone.
 */
export const METADATA = `${PREFIX}row`;

/** The key of `setTestCookie()`. Django uses the same name, which is not reserved. */
export const TEST_COOKIE = "testcookie";

/**
 * Each flash value has its own key, so that two requests can add different ones without a conflict.
 */
export const flashKey = (name: string): string => `${PREFIX}flash_${name}`;

export const isReserved = (key: string): boolean => key.startsWith(PREFIX);

/** @throws TypeError for a key that begins with `_session_` */
export function checkedEntries(values: object): [key: string, value: unknown][] {
  const entries = Object.entries(values);
  const reserved = entries.find(([key]) => isReserved(key));
  if (!reserved) return entries;
  const name = JSON.stringify(reserved[0]);
  throw new TypeError(`The key ${name} is reserved. Choose one that does not begin with "_session_".`);
}
