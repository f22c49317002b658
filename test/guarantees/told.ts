import type { Ledger, Life, Operation } from "./ledger.ts";

/** The last acknowledged key. */
export function tipOf(life: Life, ledger: Ledger): string {
  let tip = life.creation.to ?? "";
  for (const rotation of toldRotations(life, ledger).sort((a, b) => a.ended - b.ended)) {
    if (rotation.from === tip) tip = rotation.to ?? "";
  }
  return tip;
}

/**
 * When an operation began, or the first rotation that failed before it on the same session object: it may have rotated
 * the row, under a key that no flush of another object knows, and this object goes on with it.
 */
export const beginningOf = (operation: Operation, ledger: Ledger): number =>
  Math.min(operation.began, ...failedRotationsBefore(operation, ledger).map(({ began }) => began));

/** The rotations that failed on the same session object. A key that is told ends them. */
export function failedRotationsBefore(operation: Operation, ledger: Ledger): Operation[] {
  const failed: Operation[] = [];
  for (const earlier of ledger.of(operation.object)) {
    if (earlier === operation) break;
    if (isTold(earlier)) failed.length = 0;
    else if (earlier.kind === "cycleKey" && ["failed", "undecided"].includes(earlier.outcome)) failed.push(earlier);
  }
  return failed;
}

/** A save gives the row a new key too where a rotation has failed before it. */
export const isRotation = (operation: Operation, ledger: Ledger): boolean =>
  operation.kind === "cycleKey" || (operation.kind === "save" && failedRotationsBefore(operation, ledger).length > 0);
/** Whether the session object has another key afterwards. A write can fail after it found that the rotation was applied. */
const isTold = ({ from, to }: Operation) => to !== null && to !== from;
export const toldRotations = (life: Life, ledger: Ledger) =>
  life.operations.filter((operation) => isTold(operation) && isRotation(operation, ledger));
export const isWrite = ({ kind }: Operation) => ["create", "save", "cycleKey"].includes(kind);
export const acknowledged = (operations: readonly Operation[], kind: Operation["kind"]) =>
  operations.filter((operation) => operation.kind === kind && operation.outcome === "acknowledged");
export const name = ({ kind, number, outcome }: Operation) => `${kind} ${number} (${outcome})`;
export const title = ({ creation }: Life) => `the session of create ${creation.number}`;
