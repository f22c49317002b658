import type { Ledger, Life, Operation } from "./ledger.ts";
import { beginningOf, failedRotationsBefore, isRotation, isWrite, name, toldRotations } from "./told.ts";

/**
 * After an acknowledged end of a key, no operation under this key may be acknowledged. An operation
 * may be told that the session is over only if another operation has ended the session.
 */
export function* checkAnswers(life: Life, ledger: Ledger, stale: readonly Operation[]): Generator<string> {
  for (const operation of life.operations) {
    const { kind, from, to, outcome, drawn } = operation;
    if (kind === "create") continue;
    const told = toldEnd(operation, life, ledger);
    if (told && !stale.includes(operation)) yield `${name(operation)} was acknowledged after ${name(told)}`;
    if (isOverTooEarly(operation, life, ledger) && !stale.includes(operation)) {
      yield `${name(operation)} was told that the session is over, but no operation ended it`;
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

/** The other operations that may have ended the session under the key of this operation. */
const endsBeside = ({ operations }: Life, ledger: Ledger, operation: Operation): Operation[] =>
  operations.filter(
    (end) =>
      (isRotation(end, ledger) || end.kind === "flush") &&
      end.outcome !== "over" &&
      end !== operation &&
      end.from === operation.from,
  );

/**
 * The end of the session that was acknowledged before this operation began. `undefined` if there is
 * none, or if this operation was not acknowledged.
 */
function toldEnd(operation: Operation, life: Life, ledger: Ledger): Operation | undefined {
  if (operation.kind === "flush" || operation.outcome !== "acknowledged") return undefined;
  const began = beginningOf(operation, ledger);
  return endsBeside(life, ledger, operation).find((end) => end.outcome === "acknowledged" && end.ended < began);
}

/** Whether the caller was told that the session is over before any operation could have ended it. */
const isOverTooEarly = (operation: Operation, life: Life, ledger: Ledger): boolean =>
  operation.outcome === "over" && !endsBeside(life, ledger, operation).some((end) => end.began < operation.ended);

/** Answers that only a node without the last writes can give. An acknowledged write is never one of them. */
export const staleAnswers = (life: Life, ledger: Ledger): Operation[] =>
  life.operations.filter(
    (operation) =>
      operation.kind !== "create" &&
      (isOverTooEarly(operation, life, ledger) ||
        (operation.kind === "load" && toldEnd(operation, life, ledger) !== undefined)),
  );
