// The default names of the cookie. Browsers enforce what the prefix of a name promises.

/** For a secure cookie without a domain and with the path `/`. */
export const HOST_ONLY_NAME = "__Host-session";
/** For a secure cookie with a domain or another path. */
export const SECURE_NAME = "__Secure-session";
/** For a cookie that is not secure. */
export const PLAIN_NAME = "session";
