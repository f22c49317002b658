const HERE = "http://shop.invalid";

/**
 * The path to go to after the sign-in. It stays on this site, because an attacker can make up the
 * address.
 */
export function safePath(next: unknown): string {
  if (typeof next !== "string" || !URL.canParse(next, HERE)) return "/";
  const { origin, pathname, search } = new URL(next, HERE);
  // Two slashes at the start, as in the path of "/.//example.com", would lead to another host. The
  // path of "blob:" is a whole address.
  return origin === HERE && /^\/(?!\/)/.test(pathname) ? pathname + search : "/";
}
