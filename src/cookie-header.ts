/**
 * The value of a cookie in a `Cookie` header. When there are several of one name, the last counts, as in Next.js: a request must not be in
 * one session there and in another one elsewhere.
 *
 * Names are taken as they are, without a trim: a browser takes what has an exotic space before `__Host-` for another name, which any
 * other site of the domain may set.
 */
export function cookieValue(header: string | null, name: string): string | undefined {
  const start = `${name}=`;
  return header
    ?.split(/; */)
    .findLast((each) => each.startsWith(start))
    ?.slice(start.length);
}
