import type { SessionStore } from "../../store/session-store.ts";
import type { CountableDelegate } from "../session-model.ts";
import type { ClientFacts, Provider } from "./client-facts.ts";
import type { Probes } from "./probes.ts";
import type { Sql } from "./sql.ts";
import type { SqlTable } from "./sql-table.ts";

export type Status = "passed" | "warning" | "failed" | "skipped";

/** The result of a check. */
export interface Finding {
  readonly status: Status;
  readonly detail: string;
  /** What to do about a warning or a failure. */
  readonly remedy?: string;
}

/** The client, model and table that the checks examine. */
export interface Subject {
  readonly client: ClientFacts;
  /** The session model. With read replicas: the model of the primary. */
  readonly model: CountableDelegate;
  /** The package's own store of this model. */
  readonly store: Required<SessionStore>;
  /** The store of the model that reads from replicas. `undefined` without replicas. */
  readonly replicaStore: Required<SessionStore> | undefined;
  /** Raw queries, or the reason why the client has none. */
  readonly sql: Sql | string;
  /** The table as the database describes it, or the reason why it cannot be described. */
  readonly table: SqlTable | string;
  readonly probes: Probes;
  now(): Date;
}

/** One line of the report. */
export interface Check {
  readonly id: string;
  /** The databases that have the problem. Default: all. */
  readonly providers?: readonly Provider[];
  /** The checks that this check depends on. If one failed or was skipped, this check is skipped. */
  readonly needs?: readonly string[];
  /** Whether the check writes probe rows. */
  readonly writes?: true;
  /** What to do if the database refuses a value because of its length or its characters. */
  readonly remedy?: string;
  run(subject: Subject): Promise<Finding>;
}

export const passed = (detail: string): Finding => ({ status: "passed", detail });
export const skipped = (detail: string): Finding => ({ status: "skipped", detail });
export const warning = (detail: string, remedy: string): Finding => ({ status: "warning", detail, remedy });
export const failed = (detail: string, remedy: string): Finding => ({ status: "failed", detail, remedy });

/** Thrown by a check that cannot run here. */
export class SkipError extends Error {}

/** @throws SkipError if the client has no raw queries */
export function sqlOf({ sql }: Subject): Sql {
  if (typeof sql === "string") throw new SkipError(sql);
  return sql;
}

/** @throws SkipError if the table cannot be described */
export function tableOf({ table }: Subject): SqlTable {
  if (typeof table === "string") throw new SkipError(table);
  return table;
}
