import type { Ledger, Life, Operation } from "./ledger.ts";
import { beginningOf, failedRotationsBefore, isRotation, isWrite, name, toldRotations } from "./told.ts";

/** Nothing may be acknowledged about a key that somebody has been told to be gone, and what is over must have been ended by somebody. */
export function* checkAnswers(life: Life, ledger: Ledger, stale: readonly Operation[]): Generator<string> {
  for (const operation of life.operations) {
    const { kind, from, to, outcome, drawn } = operation;
    if (kind === "create") continue;
    const told = toldEnd(operation, life, ledger);
    if (told && !stale.includes(operation)) yield `${name(operation)} was acknowledged after ${name(told)}`;
    if (isOverTooEarly(operation, life, ledger) && !stale.includes(operation)) {
      yield `${name(operation)} was told that the session is over, and nobody has ended it`;
    }
    if (!isWrite(operation) || outcome !== "acknowledged") continue;
    const rotations = failedRotationsBefore(operation, ledger);
    const keys = [...drawn, ...rotations.flatMap((rotation) => rotation.drawn)];
    if (to !== from && !keys.includes(to ?? "")) yield `${name(operation)} left the session with a key of another one`;
    if (to === from) {
      for (const rotation of rotations) yield `${name(operation)} was under the key that ${name(rotation)} was to end`;
    }
  }
  const rotations = toldRotations(life, ledger);
  for (const rotation of rotations) {
    const same = rotations.find((other) => other.number < rotation.number && other.from === rotation.from);
    if (same) yield `${name(same)} and ${name(rotation)} have both rotated one row`;
  }
}

/** What may have ended the session under a key, beside the operation. */
const endsBeside = ({ operations }: Life, ledger: Ledger, operation: Operation): Operation[] =>
  operations.filter(
    (end) =>
      (isRotation(end, ledger) || end.kind === "flush") &&
      end.outcome !== "over" &&
      end !== operation &&
      end.from === operation.from,
  );

/** The end of the session that somebody had been told before the operation began, which was acknowledged nevertheless. */
function toldEnd(operation: Operation, life: Life, ledger: Ledger): Operation | undefined {
  if (operation.kind === "flush" || operation.outcome !== "acknowledged") return undefined;
  const began = beginningOf(operation, ledger);
  return endsBeside(life, ledger, operation).find((end) => end.outcome === "acknowledged" && end.ended < began);
}

/** Whether the caller was told that the session is over, before anything could have ended it. */
const isOverTooEarly = (operation: Operation, life: Life, ledger: Ledger): boolean =>
  operation.outcome === "over" && !endsBeside(life, ledger, operation).some((end) => end.began < operation.ended);

/** The answers that a node gives which does not have the last writes. A write is not acknowledged there by mistake. */
export const staleAnswers = (life: Life, ledger: Ledger): Operation[] =>
  life.operations.filter(
    (operation) =>
      operation.kind !== "create" &&
      (isOverTooEarly(operation, life, ledger) ||
        (operation.kind === "load" && toldEnd(operation, life, ledger) !== undefined)),
  );
