import { failedBefore, type Ledger, type Life, listOf, marksOf, type Operation, type Table } from "./ledger.ts";

type Row = readonly [sessionKey: string, data: Record<string, unknown>];

/** What may happen, and is worth a line in the report. */
interface Curiosities {
  /** Failed operations that were applied. */
  failedYetApplied: number;
  /** Failed writes that a later write of the same session object brought into the row. */
  repeated: number;
  /** Writes that were told that the session is over, although they were applied before it ended. */
  overYetApplied: number;
  /** Marks that another request took away. */
  taken: number;
  /** Rows of creations that failed and were not repeated, or that arrived late. */
  orphans: number;
  /** Sessions whose row has a key that nobody was told: the rotation that gave it failed. */
  rotatedUntold: number;
  /** Of these, sessions that were flushed under the old key. They are of no use to anybody, and stay until they expire. */
  rotatedUntoldThenFlushed: number;
}

interface Audit {
  /** Every promise that was broken. */
  readonly lies: string[];
  readonly curiosities: Curiosities;
}

/** Compares what the callers were told with what is in the table, once no statement is on its way any more. */
export function audit(ledger: Ledger, table: Table): Audit {
  const curiosities: Curiosities = {
    failedYetApplied: 0,
    repeated: 0,
    overYetApplied: 0,
    taken: 0,
    orphans: 0,
    rotatedUntold: 0,
    rotatedUntoldThenFlushed: 0,
  };
  const lies = [...ledger.wrongAnswers];
  const owner = new Map<string, readonly Operation[]>();
  for (const life of ledger.lives) {
    const rows = rowsOf(life, table, ledger);
    lies.push(...checkKeys(life, rows, ledger), ...checkAnswers(life, ledger));
    const settled = settledBy(life.operations, ledger);
    curiosities.repeated += [...settled].filter(({ outcome }) => outcome !== "acknowledged").length;
    if (rows[0]) {
      lies.push(...checkMarks(life.operations, settled, rows[0]), ...checkLists(life.operations, settled, rows[0]));
      curiosities.taken += life.operations.flatMap(({ takes }) => takes).length;
      const tip = tipOf(life, ledger);
      if (rows[0][0] !== tip) {
        curiosities.rotatedUntold += 1;
        const flushed = acknowledged(life.operations, "flush").some(({ from }) => from === tip);
        if (flushed) curiosities.rotatedUntoldThenFlushed += 1;
      }
    }
    for (const row of rows) owner.set(row[0], life.operations);
  }
  for (const creation of ledger.operations.filter(({ kind, outcome }) => kind === "create" && outcome === "failed")) {
    const rows = rowsUnder(creation.drawn, table).filter(([key]) => !owner.has(key));
    if (rows.length > 1) lies.push(`${name(creation)} made ${rows.length} rows`);
    const operations = [...failedBefore(creation, ledger), creation];
    for (const row of rows) {
      curiosities.orphans += 1;
      lies.push(...checkMarks(operations, new Set(), row));
      owner.set(row[0], [creation]);
    }
  }
  for (const { outcome } of ledger.operations) if (outcome === "running") lies.push("an operation was never answered");
  if (table.count !== owner.size) lies.push(`${table.count} rows are there, and ${owner.size} have an owner`);
  for (const row of table.rows) {
    const operations = owner.get(row[0]) ?? [];
    for (const operation of operations.filter((operation) => isThere(operation, row))) {
      if (operation.outcome === "failed") curiosities.failedYetApplied += 1;
      if (operation.outcome === "over") curiosities.overYetApplied += 1;
    }
  }
  return { lies, curiosities };
}

/** The acknowledged writes, and those that failed before them on the same session object: a later save brings them too. */
function settledBy(operations: readonly Operation[], ledger: Ledger): ReadonlySet<Operation> {
  const settled = new Set<Operation>();
  for (const operation of operations) {
    if (!isWrite(operation) || operation.outcome !== "acknowledged") continue;
    settled.add(operation);
    for (const failed of failedBefore(operation, ledger)) settled.add(failed);
  }
  return settled;
}

/** One session has one row, under the last key that somebody was told, or a rotation that failed gave it another; or it was flushed. */
function* checkKeys(life: Life, rows: readonly Row[], ledger: Ledger): Generator<string> {
  const tip = tipOf(life, ledger);
  const [row, another] = rows;
  if (another) yield `${title(life)} has ${rows.length} rows`;
  const flushes = life.operations.filter(({ kind, from }) => kind === "flush" && from === tip);
  if (!row) {
    if (flushes.length === 0) yield `${title(life)} has no row, and nobody has flushed it`;
    return;
  }
  for (const flush of acknowledged(life.operations, "flush")) {
    const keys = [flush.from, ...failedRotationsBefore(flush, ledger).flatMap(({ drawn }) => drawn)];
    if (keys.includes(row[0])) yield `${title(life)} is back after ${name(flush)}`;
  }
  if (row[0] === tip) return;
  const rotation = life.operations.find(
    (operation) => isRotation(operation, ledger) && operation.drawn.includes(row[0]),
  );
  const isUntold = rotation !== undefined && rotation.outcome !== "acknowledged" && rotation.from === tip;
  if (!isUntold) yield `${title(life)} has a row under a key that it may not have any more`;
  // A flush under the old key deletes nothing once the row has another key. But nothing may rotate after it is flushed.
  else if (acknowledged(flushes, "flush").some(({ ended }) => ended < beginningOf(rotation, ledger))) {
    yield `${title(life)} was flushed, and is back by ${name(rotation)}`;
  }
}

/** Nothing may be acknowledged about a key that somebody has been told to be gone, and what is over must have been ended by somebody. */
function* checkAnswers(life: Life, ledger: Ledger): Generator<string> {
  const ends = life.operations.filter(
    (operation) => (isRotation(operation, ledger) || operation.kind === "flush") && operation.outcome !== "over",
  );
  for (const operation of life.operations) {
    const { kind, from, to, outcome, ended, drawn } = operation;
    if (kind === "create") continue;
    const others = ends.filter((end) => end !== operation && end.from === from);
    const began = beginningOf(operation, ledger);
    const told = others.find((end) => end.outcome === "acknowledged" && end.ended < began);
    if (told && kind !== "flush" && outcome === "acknowledged")
      yield `${name(operation)} was acknowledged after ${name(told)}`;
    if (outcome === "over" && !others.some((end) => end.began < ended)) {
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

/** Settled writes are there, everything else wholly or not at all, nothing that was taken away, and nothing of another session. */
function* checkMarks(
  operations: readonly Operation[],
  settled: ReadonlySet<Operation>,
  [sessionKey, data]: Row,
): Generator<string> {
  const takers = new Map<number, Operation[]>();
  for (const taker of operations) {
    for (const number of taker.takes) takers.set(number, [...(takers.get(number) ?? []), taker]);
  }
  const strangers = new Set(Object.keys(data).filter((key) => /^[ab]\d+$/.test(key)));
  for (const operation of operations) {
    const marks = marksOf(operation);
    const found = marks.filter((mark) => data[mark] === operation.number);
    for (const mark of marks) strangers.delete(mark);
    if (found.length === 1) yield `${name(operation)} is half there`;
    if (!isWrite(operation) && found.length > 0) yield `${name(operation)} is no write, and has written`;
    const takenBy = takers.get(operation.number) ?? [];
    const taker = takenBy.find((each) => settled.has(each));
    if (taker && found.length > 0) yield `${name(operation)} is back after ${name(taker)} took it: applied twice`;
    if (settled.has(operation) && found.length < marks.length && takenBy.length === 0) {
      yield operation.outcome === "acknowledged"
        ? `${name(operation)} was acknowledged and is not there`
        : `${name(operation)} was saved again on the same object and is not there`;
    }
  }
  if (strangers.size > 0) yield `the row of ${sessionKey} holds ${[...strangers].join()} of another session`;
}

/** Each actor's own list has what was acknowledged, once and in order. */
function* checkLists(
  operations: readonly Operation[],
  settled: ReadonlySet<Operation>,
  [, data]: Row,
): Generator<string> {
  const appends = operations.filter((operation) => operation.appends);
  for (const actor of new Set(appends.map((operation) => operation.actor))) {
    const own = appends.filter((operation) => operation.actor === actor);
    const list = (data[listOf(actor)] as { numbers: number[] } | undefined)?.numbers ?? [];
    for (const [index, number] of list.entries()) {
      if (index > 0 && number <= (list[index - 1] ?? 0)) yield `${number} is twice in a list, or too late`;
      if (!own.some((operation) => operation.number === number))
        yield `${number} is in a list where it does not belong`;
    }
    for (const { number } of own.filter((operation) => settled.has(operation))) {
      if (!list.includes(number)) yield `${number} was acknowledged and is not in its list`;
    }
  }
}

/** The last key that somebody was told. */
function tipOf(life: Life, ledger: Ledger): string {
  let tip = life.creation.to ?? "";
  for (const rotation of toldRotations(life, ledger).sort((a, b) => a.ended - b.ended)) {
    if (rotation.from === tip) tip = rotation.to ?? "";
  }
  return tip;
}

function rowsOf({ creation, operations }: Life, table: Table, ledger: Ledger): Row[] {
  const drawn = operations.filter((operation) => isRotation(operation, ledger)).flatMap((operation) => operation.drawn);
  const strange = operations.filter(({ kind }) => kind === "save").flatMap((operation) => operation.drawn);
  return rowsUnder(new Set([creation.to ?? "", ...drawn, ...strange, ...creation.drawn]), table);
}

function rowsUnder(keys: Iterable<string>, { rows }: Table): Row[] {
  return [...keys].flatMap((key): Row[] => {
    const data = rows.get(key);
    return data ? [[key, data]] : [];
  });
}

/**
 * When an operation began, or the first rotation that failed before it on the same session object: it may have rotated
 * the row, under a key that no flush of another object knows, and this object goes on with it.
 */
const beginningOf = (operation: Operation, ledger: Ledger): number =>
  Math.min(operation.began, ...failedRotationsBefore(operation, ledger).map(({ began }) => began));

/** The rotations that failed on the same session object. A key that is told ends them. */
function failedRotationsBefore(operation: Operation, ledger: Ledger): Operation[] {
  const failed: Operation[] = [];
  for (const earlier of ledger.of(operation.object)) {
    if (earlier === operation) break;
    if (isTold(earlier)) failed.length = 0;
    else if (earlier.kind === "cycleKey" && ["failed", "undecided"].includes(earlier.outcome)) failed.push(earlier);
  }
  return failed;
}

/** A save gives the row a new key too where a rotation has failed before it. */
const isRotation = (operation: Operation, ledger: Ledger): boolean =>
  operation.kind === "cycleKey" || (operation.kind === "save" && failedRotationsBefore(operation, ledger).length > 0);
/** Whether the session object has another key afterwards. A write can fail after it found that the rotation was applied. */
const isTold = ({ from, to }: Operation) => to !== null && to !== from;
const toldRotations = (life: Life, ledger: Ledger) =>
  life.operations.filter((operation) => isTold(operation) && isRotation(operation, ledger));
const isWrite = ({ kind }: Operation) => ["create", "save", "cycleKey"].includes(kind);
const isThere = (operation: Operation, [, data]: Row) => data[marksOf(operation)[0]] === operation.number;
const acknowledged = (operations: readonly Operation[], kind: Operation["kind"]) =>
  operations.filter((operation) => operation.kind === kind && operation.outcome === "acknowledged");
const name = ({ kind, number, outcome }: Operation) => `${kind} ${number} (${outcome})`;
const title = ({ creation }: Life) => `the session of create ${creation.number}`;
