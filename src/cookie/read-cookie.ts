/**
 * The value of a cookie in a `Cookie` header. When there are several of one name, the last counts, as in Next.js: a request must not be in
 * one session there and in another one elsewhere.
 *
 * Names are taken as they are, without a trim but for the spaces after a `;`: a browser takes what has an exotic space before `__Host-` for
 * another name, which any other site of the domain may set.
 */
export function cookieValue(header: string | null, name: string): string | undefined {
  if (header === null) return undefined;
  const start = `${name}=`;
  // From its end, and without taking it apart, as a hostile one may be long.
  for (let at = header.lastIndexOf(start); at !== -1; at = at === 0 ? -1 : header.lastIndexOf(start, at - 1)) {
    let before = at;
    while (header[before - 1] === " ") before--;
    if (at === 0 || header[before - 1] === ";") return header.slice(at + start.length).split(";", 1)[0];
  }
  return undefined;
}
