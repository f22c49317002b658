const POSSIBLE_KEY = /^[a-z0-9]{8,40}$/;

/** Whether a text from a cookie can be a session key at all: 8 to 40 characters of a-z and 0-9. Everything else costs no query. */
export function isPossibleSessionKey(value: unknown): value is string {
  return typeof value === "string" && POSSIBLE_KEY.test(value);
}
