/** Microseconds as a text with a unit, such as "85 µs" or "1.2 ms". */
export function duration(us: number): string {
  if (us < 1000) return `${us.toFixed(0)} µs`;
  const ms = us / 1000;
  return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
}

export const count = (number: number): string => Math.round(number).toLocaleString("en-US");
