import { checkAnswers, staleAnswers } from "./audit-answers.ts";
import { failedBefore, type Ledger, type Life, listOf, marksOf, type Operation, type Table } from "./ledger.ts";
import { acknowledged, beginningOf, failedRotationsBefore, isRotation, isWrite, name, tipOf, title } from "./told.ts";

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
  /** Answers from a node that did not have the last writes yet. */
  stale: number;
}

export interface Audit {
  /** Every promise that was broken. */
  readonly lies: string[];
  readonly curiosities: Curiosities;
  /**
   * How many acknowledged writes the table could refute:
   * - in a session with a row: each create, save and cycleKey whose two marks must be in the row,
   *   and each whose marks must not be there, because an acknowledged write took them away;
   * - of a session without a row: the flush that must have deleted it.
   *
   * All else is acknowledged, but not verified: the writes in a session that was flushed later, and
   * those whose marks were taken by a write that failed and was not repeated.
   */
  readonly verified: number;
}

export interface AuditOptions {
  /**
   * Whether a statement may read a node that does not have the last writes yet. Then a session may
   * look over before it is, and be found after its end. Writes have to be right all the same.
   */
  readonly readsMayBeStale?: boolean;
}

/** Compares what the callers were told with what is in the table, once no statement is on its way any more. */
export function audit(ledger: Ledger, table: Table, { readsMayBeStale = false }: AuditOptions = {}): Audit {
  const curiosities: Curiosities = {
    failedYetApplied: 0,
    repeated: 0,
    overYetApplied: 0,
    taken: 0,
    orphans: 0,
    rotatedUntold: 0,
    rotatedUntoldThenFlushed: 0,
    stale: 0,
  };
  let verified = 0;
  const lies = [...ledger.wrongAnswers];
  const owner = new Map<string, readonly Operation[]>();
  for (const life of ledger.lives) {
    const rows = rowsOf(life, table, ledger);
    const stale = readsMayBeStale ? staleAnswers(life, ledger) : [];
    curiosities.stale += stale.length;
    lies.push(...checkKeys(life, rows, ledger), ...checkAnswers(life, ledger, stale));
    const settled = settledBy(life.operations, ledger);
    curiosities.repeated += [...settled].filter(({ outcome }) => outcome !== "acknowledged").length;
    verified += rows[0] ? checkable(life.operations, settled).length : isFlushed(life, ledger) ? 1 : 0;
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
  return { lies, curiosities, verified };
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

/** One session has one row, under the last acknowledged key, or a rotation that failed gave it another; or it was flushed. */
function* checkKeys(life: Life, rows: readonly Row[], ledger: Ledger): Generator<string> {
  const tip = tipOf(life, ledger);
  const [row, another] = rows;
  if (another) yield `${title(life)} has ${rows.length} rows`;
  const flushes = life.operations.filter(({ kind, from }) => kind === "flush" && from === tip);
  if (!row) {
    if (flushes.length === 0) yield `${title(life)} has no row, but no operation flushed it`;
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

/** The acknowledged writes of a session with a row that the row can refute: see `Audit.verified`. */
function checkable(operations: readonly Operation[], settled: ReadonlySet<Operation>): Operation[] {
  const takers = takersIn(operations);
  return operations.filter((operation) => {
    const takenBy = takers.get(operation.number) ?? [];
    const isClear = takenBy.length === 0 || takenBy.some((taker) => settled.has(taker));
    return isWrite(operation) && operation.outcome === "acknowledged" && isClear;
  });
}

const isFlushed = (life: Life, ledger: Ledger): boolean =>
  acknowledged(life.operations, "flush").some(({ from }) => from === tipOf(life, ledger));

/** Who took the marks of an operation, by its number. */
function takersIn(operations: readonly Operation[]): ReadonlyMap<number, readonly Operation[]> {
  const takers = new Map<number, Operation[]>();
  for (const taker of operations) {
    for (const number of taker.takes) takers.set(number, [...(takers.get(number) ?? []), taker]);
  }
  return takers;
}

/** Settled writes are there, everything else wholly or not at all, nothing that was taken away, and nothing of another session. */
function* checkMarks(
  operations: readonly Operation[],
  settled: ReadonlySet<Operation>,
  [sessionKey, data]: Row,
): Generator<string> {
  const takers = takersIn(operations);
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

const isThere = (operation: Operation, [, data]: Row) => data[marksOf(operation)[0]] === operation.number;
