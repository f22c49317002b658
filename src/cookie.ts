import { HOST_ONLY_NAME, PLAIN_NAME, SECURE_NAME } from "./cookie-name.ts";
import { isDevelopment } from "./environment.ts";
import { ConfigError } from "./errors.ts";

/** The cookie that carries the session key. It is always HttpOnly. */
export interface CookieOptions {
  /**
   * Default: `__Host-session` when the cookie is secure and has neither a domain nor a path of its own, `__Secure-session` when it is secure
   * and has one, `session` otherwise.
   */
  readonly name?: string;
  /** The domain whose hosts all get the cookie. Default: only the host that set it. */
  readonly domain?: string;
  /** Default: `/`. */
  readonly path?: string;
  /** Default: `lax`. */
  readonly sameSite?: "strict" | "lax" | "none";
  /** Whether the browser sends it over https only. Default: true, but where `NODE_ENV` is "development" or "test" false. */
  readonly secure?: boolean;
  /** A cookie of its own for each site that embeds yours (CHIPS). Default: false. */
  readonly partitioned?: boolean;
  /** Which cookies a browser drops first when a site has too many. Default: not said, which browsers take for medium. */
  readonly priority?: "low" | "medium" | "high";
}

/** The options checked, with their defaults. */
export type CookieAttributes = Readonly<
  Required<Pick<CookieOptions, "name" | "path" | "sameSite" | "secure">> &
    Pick<CookieOptions, "domain" | "partitioned" | "priority"> & { httpOnly: true }
>;

const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,256}$/;
const HOST_NAME = /^(?=.{1,253}$)\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/i;
/** Neither a separator nor a control character, which would begin another attribute. Browsers ignore an attribute of over 1024 bytes. */
const PATH = /^\/[\x20-\x3a\x3c-\x7e]{0,1023}$/;

/** @throws ConfigError for a combination that browsers refuse or that would weaken the cookie */
export function cookieAttributes(options: CookieOptions = {}): CookieAttributes {
  const { domain, path = "/", sameSite = "lax", secure = !isDevelopment() } = options;
  const name = options.name ?? defaultName(secure, domain === undefined && path === "/");
  const { partitioned, priority } = options;

  const check = (holds: boolean, problem: string) => {
    if (!holds) throw new ConfigError(`Impossible cookie options. ${problem}`);
  };
  check(TOKEN.test(name), "Give a name of at most 256 letters, digits, `-` and `_`.");
  check(PATH.test(path), "Give a path of at most 1024 characters that begins with `/` and has no `;`.");
  check(domain === undefined || HOST_NAME.test(domain), "Give a domain like `example.com`.");
  check(typeof secure === "boolean", "`secure` must be true or false.");
  check(partitioned === undefined || typeof partitioned === "boolean", "`partitioned` must be true or false.");
  check(["strict", "lax", "none"].includes(sameSite), '`sameSite` must be "strict", "lax" or "none".');
  check(
    priority === undefined || ["low", "medium", "high"].includes(priority),
    '`priority` must be "low", "medium" or "high".',
  );
  check(secure || sameSite !== "none", 'Browsers refuse `sameSite: "none"` without `secure: true`.');
  check(secure || !partitioned, "Browsers refuse `partitioned` without `secure: true`.");
  const prefix = /^__(host|secure|http|host-http)-/i.exec(name)?.[1]?.toLowerCase();
  check(secure || prefix === undefined, `Browsers refuse a cookie named ${name} without \`secure: true\`.`);
  check(
    !prefix?.startsWith("host") || (domain === undefined && path === "/"),
    'Browsers refuse a `__Host-` cookie with a domain or a path. Leave them out, or name it "__Secure-session".',
  );
  check(!("httpOnly" in options), "The session cookie is always HttpOnly: leave `httpOnly` out.");

  return {
    name,
    path,
    sameSite,
    secure,
    httpOnly: true,
    ...(domain !== undefined && { domain }),
    ...(partitioned !== undefined && { partitioned }),
    ...(priority !== undefined && { priority }),
  };
}

function defaultName(secure: boolean, hostOnly: boolean): string {
  if (!secure) return PLAIN_NAME;
  return hostOnly ? HOST_ONLY_NAME : SECURE_NAME;
}
