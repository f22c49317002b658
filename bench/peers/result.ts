import type { PeerName } from "./stores/index.ts";

/** A greater load average than this, when a run begins, is of other work. */
export const QUIET = 0.5;

/** What one run has measured: the file in results/. Lists of numbers have one number a round. */
export interface PeersResult {
  /** When the run began: YYYY-MM-DD. */
  readonly date: string;
  /** Whether `--quick` only tried the benchmark. */
  readonly isTrial: boolean;
  readonly minutes: number;
  /** Of Git: the commit, and whether files had changed since. */
  readonly commit: string;
  /** Of one minute, when the run began and when it ended. */
  readonly loadAverage: readonly number[];
  readonly machine: Machine;
  /** Of the packages, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly skipped: readonly Skipped[];
  readonly operations: readonly OperationResult[];
  readonly next: readonly NextResult[];
  readonly growth: {
    readonly size: readonly SizeResult[];
    readonly rows: readonly RowsResult[];
    readonly writers: readonly WritersResult[];
  };
}

interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly postgresql: string;
  /** Those of PostgreSQL that decide about the numbers, by name. */
  readonly settings: Readonly<Record<string, string>>;
}

interface Skipped {
  readonly peer: string;
  readonly reason: string;
}

/** `readRequest` is a request that only reads, and `request` is one that also writes. */
export type OperationName = "load" | "save" | "create" | "readRequest" | "request" | "rotate" | "signOut";

export interface OperationResult {
  readonly operation: OperationName;
  readonly concurrent: number;
  readonly peer: PeerName;
  /** Microseconds for one operation: the time of the round, divided by its operations. */
  readonly us: readonly number[];
}

export type Place = "handler reads" | "handler writes" | "page reads" | "action writes";
export type NextPeerName = "none" | "iron-session" | "better-auth" | "better-auth, cookie cache" | "prisma-db-session";

export interface NextResult {
  readonly place: Place;
  readonly peer: NextPeerName;
  readonly concurrent: number;
  readonly requestsPerSecond: readonly number[];
  /** Milliseconds. */
  readonly p50: readonly number[];
  readonly p99: readonly number[];
}

/** A request with a session of this size, one after another. */
export interface SizeResult {
  readonly peer: PeerName;
  readonly bytes: number;
  readonly us: readonly number[];
}

/** A request on a table with this number of rows. */
export interface RowsResult {
  readonly peer: PeerName;
  readonly rows: number;
  readonly us: readonly number[];
}

/** Requests that each change another key of one session at the same time. */
export interface WritersResult {
  readonly peer: PeerName;
  readonly writers: number;
  /** Microseconds until all of them have ended, divided by their number. */
  readonly us: readonly number[];
  /** The part of the changes that the table had afterwards, from 0 to 1. */
  readonly kept: readonly number[];
}
