/** The path of a value in a session, as in code. Unusual names are in quotes. */
export function valuePath(keys: readonly (string | number)[]): string {
  const segments = keys.map((key, i) => {
    if (typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key)) return i === 0 ? key : `.${key}`;
    return `[${JSON.stringify(key)}]`;
  });
  return segments.join("");
}
