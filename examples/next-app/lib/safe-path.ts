const HERE = "http://shop.invalid";

/** The path to go on to after signing in, as long as it stays on this site: the address is anybody's to make up. */
export function safePath(next: unknown): string {
  if (typeof next !== "string" || !URL.canParse(next, HERE)) return "/";
  const { origin, pathname, search } = new URL(next, HERE);
  // A path that begins with two slashes, as that of "/.//example.com" does, would lead to another host; and that of "blob:" is an address.
  return origin === HERE && /^\/(?!\/)/.test(pathname) ? pathname + search : "/";
}
