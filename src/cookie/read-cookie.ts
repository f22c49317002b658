/**
 * The value of a cookie in a `Cookie` header. If several cookies have the name, the last one
 * counts, as in Next.js. So every entry of this package finds the same session.
 *
 * Only plain spaces after a `;` are skipped. To a browser, an exotic space before `__Host-` belongs
 * to the name, and another site of the domain may set a cookie with this name.
 */
export function cookieValue(header: string | null, name: string): string | undefined {
  if (header === null) return undefined;
  const start = `${name}=`;
  // From the end and without splitting, because an attacker may send a long header.
  for (let at = header.lastIndexOf(start); at !== -1; at = at === 0 ? -1 : header.lastIndexOf(start, at - 1)) {
    let before = at;
    while (header[before - 1] === " ") before--;
    if (at === 0 || header[before - 1] === ";") return header.slice(at + start.length).split(";", 1)[0];
  }
  return undefined;
}
