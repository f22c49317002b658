import { defineCommand } from "../command.ts";
import { EXIT } from "../command-error.ts";
import { failWith } from "../fail-with.ts";
import { nameDatabase } from "../first-answer.ts";
import { CLIENT_OPTIONS, ENVIRONMENT_NOTE, withModel } from "../with-client.ts";
import { readStats, SAMPLE_SIZE, type Stats } from "./read-stats.ts";

/** `prisma-db-session stats`. */
export const statsCommand = defineCommand({
  name: "stats",
  usage: "--client FILE [options]",
  summary: "count live and expired sessions, and measure their data",
  description: `Counts live and expired sessions, and measures the data of ${SAMPLE_SIZE} random live sessions. It changes nothing.`,
  options: {
    ...CLIENT_OPTIONS,
    json: { type: "boolean", help: "print the result as one line of JSON" },
  },
  notes: `${ENVIRONMENT_NOTE}

Exit codes: 0 done; 1 the database failed; 2 wrong options, no such client or model, or your own modules failed.`,
  async run(values, host) {
    return withModel(values, host, async (model) => {
      try {
        await nameDatabase(model, host);
        const now = host.now?.() ?? new Date();
        const stats = await readStats(model, now);
        host.stdout.write(values.json ? `${JSON.stringify(stats)}\n` : paragraph(stats));
        return EXIT.done;
      } catch (error) {
        return failWith(error, values.json ? {} : undefined, host);
      }
    });
  },
});

function paragraph({ live, expired, earliestExpiry, latestExpiry, bytes }: Stats): string {
  const lines = [
    ["live sessions", String(live)],
    ["expired rows", String(expired)],
    ...(earliestExpiry ? [["earliest expiry", earliestExpiry.toISOString()]] : []),
    ...(latestExpiry ? [["latest expiry", latestExpiry.toISOString()]] : []),
    ...(bytes
      ? [
          ["bytes of data", `median ${bytes.median}, 95 % up to ${bytes.p95}, largest ${bytes.max}`],
          ["measured", bytes.sessions < live ? `${bytes.sessions} random live sessions` : "every live session"],
        ]
      : []),
  ];
  return lines.map(([name = "", value]) => `${name.padEnd(17)}${value}\n`).join("");
}
