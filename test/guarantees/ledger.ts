import type { DbSession } from "prisma-db-session";

export type Kind = "create" | "load" | "save" | "cycleKey" | "flush";

/**
 * What the caller learnt. `over`: the session is gone (an UpdateError, or a load that finds nothing). `failed`: a
 * database error. The operation may have been applied, or may be applied later. `undecided`: a ConflictError whose cause
 * is such an error. An earlier operation of the same session object failed, and the row does not tell what became of it.
 */
type Outcome = "running" | "acknowledged" | "over" | "failed" | "undecided";

/** One call, as its caller sees it. */
export interface Operation {
  /** Ascending; a write leaves its mark under keys of this number. */
  readonly number: number;
  readonly kind: Kind;
  readonly actor: number;
  /** The session object. Another load gives another one. */
  readonly object: object;
  /** The session, from its creation on and through all of its keys. A creation has it once it is acknowledged. */
  readonly life: Life | undefined;
  /** The session key that it is about. */
  readonly from: string | null;
  /** Whether it also appends its number to the actor's list. */
  readonly appends: boolean;
  /** The numbers of the operations whose marks it takes away. */
  readonly takes: readonly number[];
  /** The new keys that were drawn for it. */
  readonly drawn: string[];
  /** The key of the session object, once the operation is acknowledged. */
  to: string | null;
  readonly began: number;
  ended: number;
  outcome: Outcome;
}

type Beginning = Pick<Operation, "kind" | "actor" | "object" | "life" | "from"> &
  Partial<Pick<Operation, "appends" | "takes">>;

/** One session. */
export interface Life {
  readonly creation: Operation;
  readonly operations: Operation[];
  /** Its key, as far as those know who share it. */
  key: string;
}

/** The keys under which an operation leaves its number, always both of them. */
export const marksOf = ({ number }: Operation) => [`a${number}`, `b${number}`] as const;
export const listOf = (actor: number) => `list${actor}`;

/** Everything that was asked of the sessions, and what was answered. */
export class Ledger {
  readonly operations: Operation[] = [];
  readonly lives: Life[] = [];
  /** Answers that may never be given. */
  readonly wrongAnswers: string[] = [];
  readonly #ofObject = new Map<object, Operation[]>();
  readonly #errors: unknown[] = [];
  #now = 0;
  #acknowledged = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  begin(what: Beginning): Operation {
    const operation: Operation = {
      appends: false,
      takes: [],
      to: null,
      ...what,
      number: this.operations.length,
      drawn: [],
      began: this.#now++,
      ended: Number.POSITIVE_INFINITY,
      outcome: "running",
    };
    this.operations.push(operation);
    operation.life?.operations.push(operation);
    this.#ofObject.set(operation.object, [...this.of(operation.object), operation]);
    return operation;
  }

  /** The operations of a session object, in their order. */
  of(object: object): readonly Operation[] {
    return this.#ofObject.get(object) ?? [];
  }

  acknowledge(operation: Operation, to = operation.from): void {
    operation.to = to;
    this.#end(operation, "acknowledged");
    this.#acknowledged += 1;
    this.#waiting = this.#waiting.filter(({ count, resolve }) => this.#acknowledged < count || resolve());
  }

  /** Waits until so many more operations are acknowledged. */
  async acknowledges(more: number): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push({ count: this.#acknowledged + more, resolve }));
  }

  /** A creation that was acknowledged begins a life. Those of the same session object that failed before belong to it. */
  born(creation: Operation): Life {
    const operations = [...this.of(creation.object)];
    const life: Life = { creation, operations, key: creation.to ?? "" };
    this.lives.push(life);
    return life;
  }

  over(operation: Operation): void {
    this.#end(operation, "over");
  }

  /**
   * @param isOfDatabase whether that very error came from the database
   * @param to the key that the session object has all the same
   */
  fail(operation: Operation, error: unknown, isOfDatabase: (error: unknown) => boolean, to = operation.from): void {
    operation.to = to;
    const isWriteOfRow = ["save", "cycleKey"].includes(operation.kind);
    const isOver = codeOf(error) === "SESSION_UPDATE" && isWriteOfRow;
    const isUndecided =
      codeOf(error) === "SESSION_CONFLICT" &&
      isOfDatabase((error as Error).cause) &&
      failedBefore(operation, this).length > 0;
    this.#end(operation, isOver ? "over" : isUndecided ? "undecided" : "failed");
    this.#errors.push(error);
    if (!isOver && !isUndecided && !isOfDatabase(error)) {
      this.wrongAnswers.push(`${operation.kind} ${operation.number} threw ${nameOf(error)}`);
    }
  }

  /** How many writes are acknowledged: everything but the loads. */
  get writes(): number {
    return this.operations.filter(({ kind, outcome }) => kind !== "load" && outcome === "acknowledged").length;
  }

  /** Waits until so many more writes are acknowledged. */
  async acknowledgesWrites(more: number): Promise<void> {
    const enough = this.writes + more;
    while (this.writes < enough) await this.acknowledges(Math.min(enough - this.writes, 100));
  }

  /**
   * About how many acknowledged writes the audit could verify, if the load ended now: those of
   * sessions that live, and the flush of each other session.
   */
  get verifiable(): number {
    let count = 0;
    for (const { key, operations } of this.lives) {
      const acknowledged = operations.filter(({ outcome }) => outcome === "acknowledged");
      const isFlushed = acknowledged.some(({ kind, from }) => kind === "flush" && from === key);
      count += isFlushed ? 1 : acknowledged.filter(({ kind }) => WRITES.includes(kind)).length;
    }
    return count;
  }

  /** Waits until so many writes could be verified. */
  async canVerify(writes: number): Promise<void> {
    while (this.verifiable < writes) await this.acknowledges(100);
  }

  /** What was asked and answered, in a few lines. */
  summary(): string[] {
    const counts = (operations: readonly Operation[]) =>
      (["acknowledged", "over", "failed", "undecided"] as const)
        .map((outcome) => `${operations.filter((operation) => operation.outcome === outcome).length} ${outcome}`)
        .join(", ");
    const kinds: Kind[] = ["create", "load", "save", "cycleKey", "flush"];
    const ofKind = (kind: Kind) => this.operations.filter((operation) => operation.kind === kind);
    return [
      `${this.operations.length} operations in ${this.lives.length} sessions: ${counts(this.operations)}`,
      ...kinds.map((kind) => `  ${kind}: ${counts(ofKind(kind))}`),
      `errors: ${formatCounts(countErrors(this.#errors))}`,
    ];
  }

  #end(operation: Operation, outcome: Outcome): void {
    operation.ended = this.#now++;
    operation.outcome = outcome;
  }
}

/** The writes of the same session object that failed before, and were not followed by an acknowledged one. */
export function failedBefore(operation: Operation, ledger: Ledger): Operation[] {
  const failed: Operation[] = [];
  for (const earlier of ledger.of(operation.object)) {
    if (earlier === operation) break;
    if (!WRITES.includes(earlier.kind)) continue;
    if (earlier.outcome === "acknowledged") failed.length = 0;
    if (["failed", "undecided"].includes(earlier.outcome)) failed.push(earlier);
  }
  return failed;
}

const WRITES: readonly Kind[] = ["create", "save", "cycleKey"];

export const formatCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ") || "none";

const codeOf = (error: unknown) => (error as { code?: unknown } | undefined)?.code;

/** How many errors there are of each name. */
export function countErrors(errors: Iterable<unknown>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...errors].map(nameOf)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Prisma's code and the driver's; of an error without any, its message. */
function nameOf(error: unknown): string {
  const { code, message, meta } = error as Error & {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } };
  };
  const original = meta?.driverAdapterError?.cause?.originalCode;
  return [code || `"${message}"`, original].filter((part) => part !== undefined).join("/");
}

/** What the table holds in the end. */
export interface Table {
  /** The data by session key, of every key that was ever drawn and has a row. */
  readonly rows: ReadonlyMap<string, Record<string, unknown>>;
  /** How many rows there are, of whatever key. */
  readonly count: number;
}

/** Looks up every key that was ever drawn. */
export async function readTable(
  ledger: Ledger,
  load: (sessionKey: string) => Promise<DbSession>,
  count: () => Promise<number>,
): Promise<Table> {
  const rows = new Map<string, Record<string, unknown>>();
  for (const sessionKey of ledger.operations.flatMap(({ drawn }) => drawn)) {
    const session = await load(sessionKey);
    if (session.sessionKey !== null) rows.set(sessionKey, session.toJSON());
  }
  return { rows, count: await count() };
}
