/** A Set-Cookie header as name, value and attributes, the latter in lower case. */
export function parseSetCookie(header: string | undefined) {
  const [pair = "", ...attributes] = (header ?? "").split("; ");
  const [name, value] = pair.split("=");
  return { name, value, attributes: Object.fromEntries(attributes.map((each) => each.toLowerCase().split("="))) };
}
