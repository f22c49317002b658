import type { Result } from "./result.ts";

/** The results for people. */
export function table(results: readonly (Result & { readonly database?: string })[]): string {
  return results.flatMap((result) => [...lines(result)]).join("\n");
}

function* lines({ database, what, ratio, goal, details }: Result & { readonly database?: string }): Generator<string> {
  const verdict = goal === undefined ? "" : ` (goal: at most ${goal})`;
  yield `${(database ?? "").padEnd(12)}${what}${ratio === undefined ? "" : `: ${ratio.toFixed(2)}${verdict}`}`;
  for (const [name, number] of Object.entries(details))
    yield `${" ".repeat(12)}${number.toFixed(1).padStart(10)} ${name}`;
}
