import type { DbSession } from "prisma-db-session";

export type Kind = "create" | "load" | "save" | "cycleKey" | "flush";

/**
 * What the caller learnt. `over`: the session is gone (an UpdateError, or a load that finds nothing). `failed`: a database error, after which
 * the operation may have been carried out or not, or may be still.
 */
type Outcome = "running" | "acknowledged" | "over" | "failed";

/** One call, as its caller sees it. */
export interface Operation {
  /** Ascending; a write leaves its mark under keys of this number. */
  readonly number: number;
  readonly kind: Kind;
  readonly actor: number;
  /** The session, from its creation on and through all of its keys; undefined for what creates one. */
  readonly life: Life | undefined;
  /** The session key that it is about. */
  readonly from: string | null;
  /** Whether it also appends its number to the actor's list. */
  readonly appends: boolean;
  /** The new keys that were drawn for it, the last one being the session's if it is acknowledged. */
  readonly drawn: string[];
  readonly began: number;
  ended: number;
  outcome: Outcome;
}

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
  readonly #errors = new Map<string, number>();
  #now = 0;
  #acknowledged = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  begin(what: Pick<Operation, "kind" | "actor" | "life" | "from"> & { readonly appends?: boolean }): Operation {
    const operation: Operation = {
      appends: false,
      ...what,
      number: this.operations.length,
      drawn: [],
      began: this.#now++,
      ended: Number.POSITIVE_INFINITY,
      outcome: "running",
    };
    this.operations.push(operation);
    operation.life?.operations.push(operation);
    return operation;
  }

  acknowledge(operation: Operation): void {
    this.#end(operation, "acknowledged");
    this.#acknowledged += 1;
    this.#waiting = this.#waiting.filter(({ count, resolve }) => this.#acknowledged < count || resolve());
  }

  /** Waits until so many more operations are acknowledged. */
  async acknowledges(more: number): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push({ count: this.#acknowledged + more, resolve }));
  }

  /** A creation that was acknowledged begins a life. */
  born(creation: Operation): Life {
    const life: Life = { creation, operations: [creation], key: lastOf(creation.drawn) };
    this.lives.push(life);
    return life;
  }

  over(operation: Operation): void {
    this.#end(operation, "over");
  }

  /** @param isOfDatabase whether this very error came from the database */
  fail(operation: Operation, error: unknown, isOfDatabase: boolean): void {
    const isOver = codeOf(error) === "SESSION_UPDATE" && ["save", "cycleKey"].includes(operation.kind);
    this.#end(operation, isOver ? "over" : "failed");
    const name = nameOf(error);
    this.#errors.set(name, (this.#errors.get(name) ?? 0) + 1);
    if (!isOver && !isOfDatabase) this.wrongAnswers.push(`${operation.kind} ${operation.number} threw ${name}`);
  }

  /** What was asked and answered, in a few lines. */
  summary(): string[] {
    const counts = (operations: readonly Operation[]) =>
      (["acknowledged", "over", "failed"] as const)
        .map((outcome) => `${operations.filter((operation) => operation.outcome === outcome).length} ${outcome}`)
        .join(", ");
    const kinds: Kind[] = ["create", "load", "save", "cycleKey", "flush"];
    const ofKind = (kind: Kind) => this.operations.filter((operation) => operation.kind === kind);
    return [
      `${this.operations.length} operations in ${this.lives.length} sessions: ${counts(this.operations)}`,
      ...kinds.map((kind) => `  ${kind}: ${counts(ofKind(kind))}`),
      `errors: ${formatCounts(Object.fromEntries([...this.#errors].sort(([, a], [, b]) => b - a)))}`,
    ];
  }

  #end(operation: Operation, outcome: Outcome): void {
    operation.ended = this.#now++;
    operation.outcome = outcome;
  }
}

export const formatCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ") || "none";

export function lastOf<Item>(items: readonly Item[]): Item {
  const last = items.at(-1);
  if (last === undefined) throw new Error("There is none.");
  return last;
}

const codeOf = (error: unknown) => (error as { code?: unknown } | undefined)?.code;

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
