// Lifetimes by the authenticator assurance levels of NIST SP 800-63B (revision 3, sections 4.1.3, 4.2.3, 4.3.3 and 7.2).
// Spread one into the options; what comes after it counts.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Reauthentication every 30 days; the cookie ends with the browser. */
export const NIST_AAL1 = { maxAge: 30 * DAY, absoluteMaxAge: 30 * DAY, expireAtBrowserClose: true } as const;

/**
 * Reauthentication every 12 hours, or after 30 minutes in which the session was not used; the cookie ends with the browser. A use counts
 * where `refresh()` is called or the session is saved, and once a minute: `getSession()` calls it where a cookie can be set.
 */
export const NIST_AAL2 = {
  maxAge: 30 * MINUTE,
  absoluteMaxAge: 12 * HOUR,
  refreshAfter: MINUTE,
  expireAtBrowserClose: true,
} as const;

/** Reauthentication every 12 hours, or after 15 minutes in which the session was not used; otherwise as {@link NIST_AAL2}. */
export const NIST_AAL3 = { ...NIST_AAL2, maxAge: 15 * MINUTE } as const;
