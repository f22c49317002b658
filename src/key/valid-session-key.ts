const VALID_KEY = /^[a-z0-9]{8,40}$/;

/**
 * Whether a text has the form of a session key: 8 to 40 characters of a-z and 0-9. Any other text
 * costs no query.
 */
export function isValidSessionKey(value: unknown): value is string {
  return typeof value === "string" && VALID_KEY.test(value);
}
