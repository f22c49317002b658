const LOOPBACK = /^(?:.+\.)?localhost$|^127(?:\.\d+){3}$|^\[::1\]$/;

/**
 * Whether a host name of a URL is this very machine. Browsers keep a Secure cookie from there over
 * plain http.
 */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);
