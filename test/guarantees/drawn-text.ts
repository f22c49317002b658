import { AsyncLocalStorage } from "node:async_hooks";

/** Who draws text, and how often. */
export const currentActor = new AsyncLocalStorage<{ readonly index: number; drawn: number }>();

/** In place of random text: the same for each actor in every interleaving, so that equal states are recognised. */
export function drawText(length: number): string {
  const actor = currentActor.getStore();
  if (!actor) throw new Error("Only actors draw random text.");
  return `a${actor.index}n${actor.drawn++}`.padEnd(length, "x").slice(0, length);
}
