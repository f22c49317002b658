import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";

/** The clock of `/proc` on Linux. */
const TICKS_PER_SECOND = 100;

/**
 * The processor time of a PostgreSQL server on this machine, with all its processes, in
 * microseconds. NaN if the server runs elsewhere, or if this is not Linux.
 */
export async function serverMicroseconds(client: Client): Promise<number> {
  try {
    const { rows } = await client.query("SELECT current_setting('data_directory') AS directory");
    const [postmaster = ""] = (await readFile(join(rows[0].directory, "postmaster.pid"), "utf8")).split("\n");
    let ticks = 0;
    for (const pid of await readdir("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      // The fields after the name, which may contain spaces: state, parent, ...
      const [, text = ""] = (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")).split(/\) (?!.*\) )/s);
      const fields = text.split(" ");
      if (pid !== postmaster && fields[1] !== postmaster) continue;
      const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
      ticks += (user ?? 0) + (system ?? 0);
      if (pid === postmaster) ticks += (childrenUser ?? 0) + (childrenSystem ?? 0);
    }
    return (ticks / TICKS_PER_SECOND) * 1_000_000;
  } catch {
    return Number.NaN;
  }
}
