import { type Check, failed, passed, type Subject, skipped, sqlOf, warning } from "../check.ts";

const providers = ["sqlite"] as const;
const MIN_TIMEOUT_MS = 1000;

/**
 * The value of a pragma. `undefined` if the database ignores pragmas, as databases over HTTP do.
 */
async function pragma(subject: Subject, name: string): Promise<unknown> {
  return sqlOf(subject)
    .value(`PRAGMA ${name}`)
    .catch(() => undefined);
}

/**
 * Without a busy timeout, writes fail while another process writes. libsql may then lose writes
 * that it acknowledged.
 */
export const busyTimeout: Check = {
  id: "busy-timeout",
  providers,
  needs: ["connection"],
  async run(subject) {
    const value = await pragma(subject, "busy_timeout");
    if (value === undefined) return skipped("The database does not answer `PRAGMA busy_timeout`.");
    const detail = `The busy timeout is ${value} ms.`;
    if (Number(value) >= MIN_TIMEOUT_MS) return passed(detail);
    return failed(
      `${detail} When two processes write, writes fail, or are acknowledged and lost.`,
      "Give the adapter a timeout, as in `new PrismaLibSql({ url, timeout: 5000 })`.",
    );
  },
};

/** With WAL, readers and the writer do not wait for each other. */
export const journalMode: Check = {
  id: "journal-mode",
  providers,
  needs: ["connection"],
  async run(subject) {
    const mode = await pragma(subject, "journal_mode");
    if (mode === undefined) return skipped("The database does not answer `PRAGMA journal_mode`.");
    if (mode === "wal") return passed("The journal mode is wal.");
    if (mode === "memory") {
      return warning("The database is in memory, so every session ends with the process.", "Use a file.");
    }
    return warning(
      `The journal mode is ${mode}, so readers and writers wait for each other.`,
      'Run `PRAGMA journal_mode=WAL` once: `prisma.$queryRawUnsafe("PRAGMA journal_mode=WAL")`.',
    );
  },
};
