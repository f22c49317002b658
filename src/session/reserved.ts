/** What the package itself keeps in a session's data has names that begin so; users neither see nor set them. */
const PREFIX = "_session_";

/** The expiry that `setExpiry` gave this one session, under Django's name. */
export const EXPIRY = `${PREFIX}expiry`;
/** When the session began, in milliseconds since 1970; kept only where `absoluteMaxAge` needs it. */
export const CREATED = `${PREFIX}created`;

/** Each flash value has a key of its own, so that two requests which add different ones do not get in each other's way. */
export const flashKey = (name: string): string => `${PREFIX}flash_${name}`;

export const isReserved = (key: string): boolean => key.startsWith(PREFIX);
