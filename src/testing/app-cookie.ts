import { type CookieAttributes, type CookieOptions, cookieAttributes } from "../cookie/cookie-attributes.ts";
import { isLoopback } from "../cookie/loopback.ts";
import { ConfigError } from "../errors.ts";

/** Where the app that is tested runs, and how. */
export interface TestedApp {
  /** The URL of the app, such as `http://localhost:3000`. */
  readonly url: string;
  /**
   * The `NODE_ENV` of the app, not of the test runner: `"production"` for `next start`,
   * `"development"` for `next dev`. The cookie is `Secure` in production, and its name depends on
   * that. Default: production for an https URL. On http, the other options must decide.
   */
  readonly nodeEnv?: "production" | "development" | undefined;
}

const SECURE_PREFIX = /^__(host|secure|http|host-http)-/i;

/**
 * The options of the cookie as the app sees them. The defaults depend on `NODE_ENV`, which differs
 * between the app and its tests.
 * @throws {@link ConfigError} if `secure` cannot be known, and for a cookie that the app's URL
 *   cannot have
 */
export function appCookieOptions(cookie: CookieOptions = {}, { url, nodeEnv }: TestedApp): CookieOptions {
  if (nodeEnv !== undefined && !["production", "development"].includes(nodeEnv)) {
    throw new ConfigError('`nodeEnv` must be "production" or "development": the `NODE_ENV` of the app.');
  }
  const { protocol, hostname, origin } = appUrl(url);
  const isHttps = protocol === "https:";
  const isLocal = isLoopback(hostname);
  const secure = cookie.secure ?? isSecure(cookie.name, { nodeEnv, isHttps, isLocal, origin });
  if (secure && !isHttps && !isLocal) {
    throw new ConfigError(
      `A browser refuses a Secure cookie from ${origin}. Test the app on https or localhost, or give the app ` +
        "`cookie: { secure: false }`.",
    );
  }
  const domain = cookie.domain?.replace(/^\./, "").toLowerCase();
  if (domain !== undefined && hostname !== domain && !hostname.endsWith(`.${domain}`)) {
    throw new ConfigError(
      `A browser does not send a cookie of \`cookie.domain\` "${domain}" to ${origin}. Test the app on a host of this domain.`,
    );
  }
  return { ...cookie, secure };
}

/** The cookie in the form that Playwright takes. */
export interface BrowserCookie {
  /** The name that the app looks for. */
  readonly name: string;
  /** The session key. */
  readonly value: string;
  /** The host of the app. With the option `cookie.domain`, this domain after a dot. */
  readonly domain: string;
  /** The option `cookie.path`. */
  readonly path: string;
  /** In seconds since 1970. -1: until the browser closes. */
  readonly expires: number;
  /** Always true. */
  readonly httpOnly: boolean;
  /** Whether the browser sends the cookie over https only. */
  readonly secure: boolean;
  /** The option `cookie.sameSite`. */
  readonly sameSite: "Strict" | "Lax" | "None";
}

/** @param cookie as `appCookieOptions` returns it */
export function browserCookie(
  cookie: CookieOptions,
  url: string,
  { value, expires }: { readonly value: string; readonly expires: Date | null },
): BrowserCookie {
  const { name, path, domain, secure, httpOnly, sameSite }: CookieAttributes = cookieAttributes(cookie);
  return {
    name,
    value,
    // With a dot, the browser also sends the cookie to subdomains.
    domain: domain === undefined ? appUrl(url).hostname : `.${domain.replace(/^\./, "")}`,
    path,
    expires: expires ? Math.floor(expires.getTime() / 1000) : -1,
    httpOnly,
    secure,
    sameSite: SAME_SITE[sameSite],
  };
}

const SAME_SITE = { strict: "Strict", lax: "Lax", none: "None" } as const;

function appUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new ConfigError('`url` must be the full URL of the app, such as "http://localhost:3000".');
}

interface Place {
  readonly nodeEnv: TestedApp["nodeEnv"];
  readonly isHttps: boolean;
  readonly isLocal: boolean;
  readonly origin: string;
}

function isSecure(name: string | undefined, { nodeEnv, isHttps, isLocal, origin }: Place): boolean {
  if (nodeEnv !== undefined) return nodeEnv === "production";
  if (isHttps || (name !== undefined && SECURE_PREFIX.test(name))) return true;
  // With a name of its own, the app finds the cookie in either case.
  if (name !== undefined || !isLocal) return false;
  throw new ConfigError(
    `Cannot tell the name of the session cookie at ${origin}. It is \`session\` in development, and \`__Host-session\` in ` +
      'production. Pass `nodeEnv: "development"` if `next dev` serves the app, or `nodeEnv: "production"` for `next start`.',
  );
}
