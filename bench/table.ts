import type { Result } from "./result.ts";

/** The results as text for a terminal. */
export function table(results: readonly (Result & { readonly database?: string })[]): string {
  return results.flatMap((result) => [...lines(result)]).join("\n");
}

function* lines({
  database,
  what,
  ratio,
  goal,
  details,
  goals,
}: Result & { readonly database?: string }): Generator<string> {
  yield `${(database ?? "").padEnd(12)}${what}${ratio === undefined ? "" : `: ${ratio.toFixed(2)}${goalOf(goal)}`}`;
  for (const [name, number] of Object.entries(details))
    yield `${" ".repeat(12)}${number.toFixed(1).padStart(10)} ${name}${goalOf(goals?.[name])}`;
}

const goalOf = (goal: number | undefined) => (goal === undefined ? "" : ` (goal: at most ${goal})`);
