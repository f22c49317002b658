import type { Columns } from "../../store/session-store.ts";
import { printable, printableJson } from "../printable.ts";

/** A session as the command shows it. */
export interface Listed {
  readonly keyHash: string;
  readonly expireDate: Date;
  readonly columns: Columns;
}

/** Sessions as lines of a terminal, and how many there are in all. */
export function table(sessions: readonly Listed[], total: number, columns: readonly string[]): string {
  if (sessions.length === 0) return "No live session matches.\n";
  const rows = [
    ["keyHash", "expireDate", ...columns],
    ...sessions.map((session) => [
      session.keyHash,
      session.expireDate.toISOString(),
      ...columns.map((name) => cell(session.columns[name])),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n${summary(sessions.length, total)}\n`;
}

function summary(shown: number, total: number): string {
  if (shown < total) return `${shown} of ${total} live sessions. Show more with --limit.`;
  return `${shown} live ${shown === 1 ? "session" : "sessions"}.`;
}

function cell(value: unknown): string {
  if (typeof value === "string") return printable(value);
  if (value instanceof Date) return value.toISOString();
  return printableJson(value);
}
