import { type Check, failed, passed, type Subject, sqlOf, warning } from "../check.ts";
import type { Provider } from "../client-facts.ts";
import type { Sql } from "../sql.ts";

const SAMPLES = 3;
const WARN_MS = 5000;
const FAIL_MS = 60_000;
const REMEDY = "Synchronize the clocks of all machines (NTP). A machine whose clock is ahead deletes live sessions.";

/** Milliseconds since 1970, whatever the time zone of the connection. */
const NOW: Readonly<Record<Provider, string>> = {
  postgresql: "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS DOUBLE PRECISION)",
  cockroachdb: "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS DOUBLE PRECISION)",
  mysql: "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) / 1000",
  sqlite: "(julianday('now') - 2440587.5) * 86400000.0",
};

/** Compares the clock of the database with the clock of this machine. */
export const clock: Check = {
  id: "clock",
  needs: ["connection"],
  async run(subject) {
    const sql = sqlOf(subject);
    const samples = [];
    for (let i = 0; i < SAMPLES; i++) samples.push(await sample(sql, subject));
    const [best] = samples.sort((a, b) => a.margin - b.margin);
    const { ahead, margin } = best as Sample;
    const ms = Math.max(0, Math.abs(ahead) - margin);
    if (ms < WARN_MS) return passed("The database's clock agrees with the clock of this machine.");
    const detail = `The database's clock is ${Math.round(ms / 1000)} s ${ahead > 0 ? "ahead of" : "behind"} the clock of this machine.`;
    return ms < FAIL_MS ? warning(detail, REMEDY) : failed(detail, REMEDY);
  },
};

interface Sample {
  readonly ahead: number;
  /** Half of the time that the query took. */
  readonly margin: number;
}

async function sample(sql: Sql, { now }: Pick<Subject, "now">): Promise<Sample> {
  const before = now().getTime();
  const there = Number(await sql.value(`SELECT ${NOW[sql.provider]} AS ms`));
  const margin = (now().getTime() - before) / 2;
  return { ahead: there - (before + margin), margin };
}
