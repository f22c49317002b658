import { ConfigError } from "../errors.ts";
import { HOST_ONLY_NAME, PLAIN_NAME, SECURE_NAME } from "./cookie-names.ts";
import { isDevelopment } from "./environment.ts";

/** The cookie that carries the session key. It is always HttpOnly. */
export interface CookieOptions {
  /**
   * The name of the cookie. Default: `__Host-session` for a secure cookie without a domain and with
   * the path `/`, `__Secure-session` for any other secure cookie, and otherwise `session`.
   */
  readonly name?: string;
  /** All hosts of this domain get the cookie. Default: only the host that set the cookie. */
  readonly domain?: string;
  /** Only requests below this path get the cookie. Default: `/`. */
  readonly path?: string;
  /** Whether requests from other sites get the cookie. Default: `lax`. */
  readonly sameSite?: "strict" | "lax" | "none";
  /**
   * Whether the browser sends the cookie only over https. Default: true. If `NODE_ENV` is
   * "development" or "test", the default is false.
   */
  readonly secure?: boolean;
  /** Whether each site that embeds yours gets a separate cookie (CHIPS). Default: false. */
  readonly partitioned?: boolean;
  /** If a site has too many cookies, browsers first drop those of low priority. Default: medium. */
  readonly priority?: "low" | "medium" | "high";
}

/** The checked options with their defaults. */
export type CookieAttributes = Readonly<
  Required<Pick<CookieOptions, "name" | "path" | "sameSite" | "secure">> &
    Pick<CookieOptions, "domain" | "partitioned" | "priority"> & { httpOnly: true }
>;

const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,256}$/;
const HOST_NAME = /^(?=.{1,253}$)\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/i;
/**
 * A separator or a control character would begin another attribute. Browsers ignore an attribute of
 * more than 1024 bytes.
 */
const PATH = /^\/[\x20-\x3a\x3c-\x7e]{0,1023}$/;

/** @throws ConfigError for a combination that browsers refuse or that would weaken the cookie */
export function cookieAttributes(options: CookieOptions = {}): CookieAttributes {
  const { domain, path = "/", sameSite = "lax", secure = !isDevelopment() } = options;
  const name = options.name ?? defaultName(secure, domain === undefined && path === "/");
  const { partitioned, priority } = options;

  const check = (holds: boolean, problem: string) => {
    if (!holds) throw new ConfigError(`The option \`cookie\` is invalid. ${problem}`);
  };
  check(TOKEN.test(name), "`name` must have at most 256 letters, digits, `-` and `_`.");
  check(PATH.test(path), "`path` must begin with `/`, have at most 1024 characters and no `;`.");
  check(domain === undefined || HOST_NAME.test(domain), "`domain` must be like `example.com`.");
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
  check(secure || prefix === undefined, `Browsers refuse a cookie with the name \`${name}\` without \`secure: true\`.`);
  check(
    !prefix?.startsWith("host") || (domain === undefined && path === "/"),
    "Browsers refuse a `__Host-` cookie with a domain or a path. Leave them out, or use the name `__Secure-session`.",
  );
  check(!("httpOnly" in options), "The session cookie is always HttpOnly. Leave `httpOnly` out.");

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
