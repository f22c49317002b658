/** JSON with each list of numbers on one line, and with four digits of each number. */
export function formatJson(value: unknown): string {
  const rounded = (_: string, part: unknown) =>
    typeof part === "number" && !Number.isInteger(part) ? Number(part.toPrecision(4)) : part;
  const text = JSON.stringify(value, rounded, 2);
  return `${text.replace(/\[[\d\s.,e+-]+\]/g, (list) => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"))}\n`;
}
