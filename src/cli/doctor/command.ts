import { defineCommand } from "../command.ts";
import { stopSignals } from "../stop-signals.ts";
import { CLIENT_OPTIONS, ENVIRONMENT_NOTE, withClient } from "../with-client.ts";
import { examine } from "./examine.ts";
import { insertColumns } from "./insert-columns.ts";
import { report } from "./report.ts";

/** `prisma-db-session doctor`. */
export const doctorCommand = defineCommand({
  name: "doctor",
  usage: "--client FILE [options]",
  summary: "check your client and your table, and say what is wrong",
  description: `Runs your own client against your own table, and prints a line for each check, with the remedy.
It writes rows that expire in a minute, and removes them again. It changes no other row.`,
  options: {
    ...CLIENT_OPTIONS,
    "read-only": { type: "boolean", help: "skip every check that writes" },
    "insert-columns": {
      type: "string",
      value: "JSON",
      help: `values for columns of your own that an INSERT needs, as '{"tenantId":1}'`,
    },
    json: { type: "boolean", help: "print the checks as one line of JSON" },
  },
  notes: `${ENVIRONMENT_NOTE}

Exit codes: 0 every check passed, gave a warning or was skipped; 1 a check failed; 2 wrong options, no such client or
model, or your own modules failed; 130 or 143 stopped by SIGINT or SIGTERM, after the rows were removed.`,
  async run(values, host) {
    const columns = insertColumns(values["insert-columns"]);
    return withClient(values, host, async (client, file) => {
      const stopping = stopSignals(host, () => {
        host.stderr.write("Stopping, and removing the rows that doctor wrote. A second signal ends at once.\n");
      });
      try {
        const results = await examine(client, {
          file,
          columns,
          model: values.model,
          readOnly: values["read-only"],
          stop: stopping.signal,
          now: host.now ?? (() => new Date()),
        });
        return report(results, { json: values.json, stoppedBy: stopping.stoppedBy() }, host);
      } finally {
        stopping.release();
      }
    });
  },
});
