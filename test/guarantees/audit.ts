import { type Ledger, type Life, lastOf, listOf, marksOf, type Operation, type Table } from "./ledger.ts";

type Row = readonly [sessionKey: string, data: Record<string, unknown>];

/** What may happen, and is worth a line in the report. */
interface Curiosities {
  /** Failed operations that were carried out. */
  failedYetThere: number;
  /** Writes that were told that the session is over, and are in the row that somebody moved meanwhile. */
  overYetThere: number;
  /** Sessions whose row has a key that nobody was told, since the cycleKey failed that gave it. */
  movedUnheard: number;
  /** Of these, sessions that were flushed under the key that was known: of no use to anybody, they stay until they expire. */
  movedUnheardThenFlushed: number;
}

/**
 * Holds what the callers were told against what is in the table, when no statement is on its way any more.
 * @returns every promise that was broken
 */
export function audit(ledger: Ledger, table: Table): { readonly lies: string[]; readonly curiosities: Curiosities } {
  const curiosities = { failedYetThere: 0, overYetThere: 0, movedUnheard: 0, movedUnheardThenFlushed: 0 };
  const lies = [...ledger.wrongAnswers];
  const owner = new Map<string, Operation[]>();
  for (const life of ledger.lives) {
    const rows = rowsOf(life.operations, table);
    lies.push(...checkKeys(life, rows), ...checkAnswers(life));
    if (rows[0]) {
      lies.push(...checkMarks(life.operations, rows[0]), ...checkLists(life.operations, rows[0]));
      const tip = tipOf(life);
      if (rows[0][0] !== tip) {
        curiosities.movedUnheard += 1;
        const flushed = acknowledged(life.operations, "flush").some(({ from }) => from === tip);
        if (flushed) curiosities.movedUnheardThenFlushed += 1;
      }
    }
    for (const row of rows) owner.set(row[0], life.operations);
  }
  for (const creation of ledger.operations.filter(({ kind, outcome }) => kind === "create" && outcome === "failed")) {
    const rows = rowsOf([creation], table);
    if (rows.length > 1) lies.push(`${name(creation)} made ${rows.length} rows`);
    for (const row of rows) {
      lies.push(...checkMarks([creation], row));
      owner.set(row[0], [creation]);
    }
  }
  for (const { outcome } of ledger.operations) if (outcome === "running") lies.push("an operation was never answered");
  if (table.count !== owner.size) lies.push(`${table.count} rows are there, and ${owner.size} have an owner`);
  for (const row of table.rows) {
    const operations = owner.get(row[0]) ?? [];
    for (const operation of operations.filter((operation) => isThere(operation, row))) {
      if (operation.outcome === "failed") curiosities.failedYetThere += 1;
      if (operation.outcome === "over") curiosities.overYetThere += 1;
    }
  }
  return { lies, curiosities };
}

/** One session has one row, under the last key that somebody was told, or a write that failed has moved it on; or it was flushed. */
function* checkKeys(life: Life, rows: readonly Row[]): Generator<string> {
  const tip = tipOf(life);
  const [row, another] = rows;
  if (another) yield `${title(life)} has ${rows.length} rows`;
  const flushes = life.operations.filter(({ kind, from }) => kind === "flush" && from === tip);
  if (!row) {
    if (flushes.length === 0) yield `${title(life)} has no row, and nobody has flushed it`;
    return;
  }
  for (const flush of acknowledged(life.operations, "flush")) {
    if (flush.from === row[0]) yield `${title(life)} is back after ${name(flush)}`;
  }
  if (row[0] === tip) return;
  const move = life.operations.find((operation) => isMove(operation, life) && operation.drawn.includes(row[0]));
  const moved = move?.outcome === "failed" && move.from === tip;
  if (!move || !moved) yield `${title(life)} has a row under a key that it may not have any more`;
  // Who flushes a key after its row has moved on deletes nothing; but nothing may move once it is flushed.
  else if (acknowledged(flushes, "flush").some(({ ended }) => ended < beginningOf(move, life))) {
    yield `${title(life)} was flushed, and is back by ${name(move)}`;
  }
}

/** Nothing may be acknowledged about a key that somebody has been told to be gone, and what is over must have been ended by somebody. */
function* checkAnswers(life: Life): Generator<string> {
  const ends = life.operations.filter(
    (operation) => (isMove(operation, life) || operation.kind === "flush") && operation.outcome !== "over",
  );
  for (const operation of life.operations) {
    const { kind, from, outcome, ended } = operation;
    const others = ends.filter((end) => end !== operation && end.from === from);
    const began = beginningOf(operation, life);
    const told = others.find((end) => end.outcome === "acknowledged" && end.ended < began);
    if (told && kind !== "flush" && outcome === "acknowledged")
      yield `${name(operation)} was acknowledged after ${name(told)}`;
    if (outcome === "over" && !others.some((end) => end.began < ended)) {
      yield `${name(operation)} was told that the session is over, and nobody has ended it`;
    }
    if (kind === "save" && outcome === "acknowledged" && operation.drawn.length === 0) {
      for (const move of failedMovesBefore(operation, life))
        yield `${name(operation)} was under the key that ${name(move)} was to end`;
    }
  }
  const moves = acknowledgedMoves(life);
  for (const move of moves) {
    const same = moves.find((other) => other.number < move.number && other.from === move.from);
    if (same) yield `${name(same)} and ${name(move)} have both moved one row`;
  }
}

/** What was acknowledged is there, everything else wholly or not at all, and nothing of another session. */
function* checkMarks(operations: readonly Operation[], [sessionKey, data]: Row): Generator<string> {
  const strangers = new Set(Object.keys(data).filter((key) => /^[ab]\d+$/.test(key)));
  for (const operation of operations) {
    const marks = marksOf(operation);
    const found = marks.filter((mark) => data[mark] === operation.number);
    for (const mark of marks) strangers.delete(mark);
    if (found.length === 1) yield `${name(operation)} is half there`;
    if (!isWrite(operation) && found.length > 0) yield `${name(operation)} is no write, and has written`;
    if (isWrite(operation) && operation.outcome === "acknowledged" && found.length < marks.length) {
      yield `${name(operation)} was acknowledged and is not there`;
    }
  }
  if (strangers.size > 0) yield `the row of ${sessionKey} holds ${[...strangers].join()} of another session`;
}

/** Each actor's own list has what was acknowledged, once and in order. */
function* checkLists(operations: readonly Operation[], [, data]: Row): Generator<string> {
  const appends = operations.filter((operation) => operation.appends);
  for (const actor of new Set(appends.map((operation) => operation.actor))) {
    const own = appends.filter((operation) => operation.actor === actor);
    const list = (data[listOf(actor)] as { numbers: number[] } | undefined)?.numbers ?? [];
    for (const [index, number] of list.entries()) {
      if (index > 0 && number <= (list[index - 1] ?? 0)) yield `${number} is twice in a list, or too late`;
      if (!own.some((operation) => operation.number === number))
        yield `${number} is in a list where it does not belong`;
    }
    for (const { number } of own.filter(({ outcome }) => outcome === "acknowledged")) {
      if (!list.includes(number)) yield `${number} was acknowledged and is not in its list`;
    }
  }
}

/** The last key that somebody was told. */
function tipOf(life: Life): string {
  let tip = lastOf(life.creation.drawn);
  for (const move of acknowledgedMoves(life).sort((a, b) => a.ended - b.ended)) {
    if (move.from === tip) tip = lastOf(move.drawn);
  }
  return tip;
}

function rowsOf(operations: readonly Operation[], { rows }: Table): Row[] {
  return operations
    .flatMap(({ drawn }) => drawn)
    .flatMap((key): Row[] => {
      const data = rows.get(key);
      return data ? [[key, data]] : [];
    });
}

/**
 * When an operation began, or the first change of the key that failed before it on the same session object: it may have moved the row, under
 * a key that no flush knows, and the object goes on with it.
 */
const beginningOf = (operation: Operation, life: Life): number =>
  Math.min(operation.began, ...failedMovesBefore(operation, life).map(({ began }) => began));

/** The changes of the key that failed on the same session object; a load begins another one, and what is told under another key ends them. */
function failedMovesBefore(operation: Operation, life: Life): Operation[] {
  const failed: Operation[] = [];
  if (operation.kind === "load") return failed;
  for (const earlier of life.operations) {
    if (earlier === operation) break;
    if (earlier.actor !== operation.actor) continue;
    if (earlier.kind === "load" || earlier.from !== operation.from) failed.length = 0;
    else if (earlier.kind === "cycleKey" && earlier.outcome === "failed") failed.push(earlier);
  }
  return failed;
}

/** A save gives the row a new key too where a cycleKey has failed before it. */
const isMove = (operation: Operation, life: Life): boolean =>
  operation.kind === "cycleKey" ||
  (operation.kind === "save" && operation.drawn.length > 0 && failedMovesBefore(operation, life).length > 0);
const isWrite = ({ kind }: Operation) => ["create", "save", "cycleKey"].includes(kind);
const isThere = (operation: Operation, [, data]: Row) => data[marksOf(operation)[0]] === operation.number;
const acknowledged = (operations: readonly Operation[], kind: Operation["kind"]) =>
  operations.filter((operation) => operation.kind === kind && operation.outcome === "acknowledged");
const acknowledgedMoves = (life: Life) =>
  life.operations.filter((operation) => isMove(operation, life) && operation.outcome === "acknowledged");
const name = ({ kind, number, outcome }: Operation) => `${kind} ${number} (${outcome})`;
const title = ({ creation }: Life) => `the session of create ${creation.number}`;
