// Lifetimes by the authentication assurance levels of NIST SP 800-63B-4 (July 2025, sections 2.1.3,
// 2.2.3, 2.3.3 and 5). Spread one into the options. Options after it override it.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Sign-in at least every 30 days. The cookie ends with the browser. */
export const NIST_AAL1 = { maxAge: 30 * DAY, absoluteMaxAge: 30 * DAY, expireAtBrowserClose: true } as const;

/**
 * Sign-in at least every 24 hours, and after 1 hour without use. The cookie ends with the browser.
 *
 * A save counts as use, and so does `refresh()`, at most once a minute. `getSession()` calls
 * `refresh()` wherever a cookie can be set.
 */
export const NIST_AAL2 = {
  maxAge: HOUR,
  absoluteMaxAge: DAY,
  refreshAfter: MINUTE,
  expireAtBrowserClose: true,
} as const;

/**
 * Sign-in at least every 12 hours, and after 15 minutes without use. Otherwise like
 * {@link NIST_AAL2}.
 */
export const NIST_AAL3 = { ...NIST_AAL2, maxAge: 15 * MINUTE, absoluteMaxAge: 12 * HOUR } as const;
