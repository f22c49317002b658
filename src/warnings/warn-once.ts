/**
 * Next.js bundles a module several times, and hot reload evaluates it again. A process has one of
 * these.
 */
const shared = globalThis as { [key: symbol]: Set<string> | undefined };
const PRINTED = Symbol.for("prisma-db-session.warnings");

/** Prints a warning once in a process. Warnings of the same id are the same. */
export function warnOnce(id: string, warning: string | Error): void {
  shared[PRINTED] ??= new Set();
  if (shared[PRINTED].has(id)) return;
  shared[PRINTED].add(id);
  console.warn(typeof warning === "string" ? `prisma-db-session: ${warning}` : warning);
}
