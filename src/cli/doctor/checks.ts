import type { Check } from "./check.ts";
import { clock } from "./checks/clock.ts";
import { columns } from "./checks/columns.ts";
import { connection } from "./checks/connection.ts";
import { deletion } from "./checks/delete.ts";
import { duplicateKey } from "./checks/duplicate-key.ts";
import { expiredRows } from "./checks/expired-rows.ts";
import { expiry } from "./checks/expiry.ts";
import { freshReads } from "./checks/fresh-reads.ts";
import { guard } from "./checks/guard.ts";
import { indexOnExpiry } from "./checks/index-on-expiry.ts";
import { insert } from "./checks/insert.ts";
import { charset, galera, strictMode } from "./checks/mysql.ts";
import { fourByteText, longText } from "./checks/round-trip.ts";
import { busyTimeout, journalMode } from "./checks/sqlite.ts";
import { table } from "./checks/table.ts";

/** All checks, in the order of the report. A check comes after the checks that it needs. */
export const CHECKS: readonly Check[] = [
  connection,
  table,
  columns,
  indexOnExpiry,
  insert,
  freshReads,
  fourByteText,
  longText,
  expiry,
  guard,
  deletion,
  duplicateKey,
  strictMode,
  charset,
  galera,
  busyTimeout,
  journalMode,
  clock,
  expiredRows,
];
