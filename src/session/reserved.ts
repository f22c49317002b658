/** What the package itself keeps in a session's data has names that begin so; users neither see nor set them. */
const PREFIX = "_session_";

/** The expiry that `setExpiry` gave this one session, under Django's name. */
export const EXPIRY = `${PREFIX}expiry`;
/** When the session began, in milliseconds since 1970; kept only where `absoluteMaxAge` or `maxPerOwner` needs it. */
export const CREATED = `${PREFIX}created`;
/** When its user was last authenticated, likewise; `markAuthenticated` sets it. */
export const AUTHENTICATED = `${PREFIX}authenticated`;

/** Carries the time over to data that replaces others of the same session. */
export function keepCreation(from: ReadonlyMap<string, unknown>, to: Map<string, unknown>): void {
  const created = from.get(CREATED);
  if (created !== undefined) to.set(CREATED, created);
}

/** Each flash value has a key of its own, so that two requests which add different ones do not get in each other's way. */
export const flashKey = (name: string): string => `${PREFIX}flash_${name}`;

export const isReserved = (key: string): boolean => key.startsWith(PREFIX);
