/** Where a value is in a session, as one would write it in code, with every unusual name in quotes. */
export function valuePath(keys: readonly (string | number)[]): string {
  const segments = keys.map((key, i) => {
    if (typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key)) return i === 0 ? key : `.${key}`;
    return `[${JSON.stringify(key)}]`;
  });
  return segments.join("");
}
