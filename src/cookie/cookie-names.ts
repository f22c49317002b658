/**
 * The names that the cookie has by default: when it is secure and for one host alone, when it is secure and has a domain or a path, and
 * when it is not secure. Browsers hold a cookie to what its prefix promises.
 */
export const HOST_ONLY_NAME = "__Host-session";
export const SECURE_NAME = "__Secure-session";
export const PLAIN_NAME = "session";
