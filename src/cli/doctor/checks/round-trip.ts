import { type Check, type Finding, failed, passed, type Subject } from "../check.ts";
import { DATA_LENGTH } from "./columns.ts";

const FOUR_BYTES = "Zoë 🦕 𝄞 日本 ' \" \\ % _ ";

/** Whether four-byte characters, quotes, wildcards and a final space come back unchanged. */
export const fourByteText: Check = {
  id: "characters",
  needs: ["fresh-reads"],
  writes: true,
  remedy:
    "The data column and the connection need a character set with four-byte characters: utf8mb4 on MySQL, UTF8 on PostgreSQL.",
  run: (subject) => roundTrip(subject, FOUR_BYTES, "A text with four-byte characters", fourByteText.remedy),
};

/** Whether a text of the size of a large session comes back unchanged. */
export const longText: Check = {
  id: "size",
  needs: ["fresh-reads"],
  writes: true,
  remedy:
    "The data column must hold it: `data String`, on MySQL `data String @db.LongText`. MySQL also limits it by `max_allowed_packet`.",
  run: (subject) => roundTrip(subject, "x".repeat(DATA_LENGTH), "A text of 300 KB", longText.remedy),
};

async function roundTrip({ store, probes }: Subject, text: string, what: string, remedy = ""): Promise<Finding> {
  const { key, data } = await probes.insert(store, text);
  const read = (await store.find(key))?.data;
  if (read === data) return passed(`${what} comes back as it was sent.`);
  if (read?.length === data.length) return failed(`${what} comes back with other characters.`, remedy);
  return failed(`${what} was acknowledged, but of ${data.length} characters ${read?.length ?? 0} came back.`, remedy);
}
