import type { SessionRow } from "../../../store/session-store.ts";
import { type Check, type Finding, failed, passed, type Subject, warning } from "../check.ts";
import { newPrefix } from "../probes.ts";

const PREFIX_LENGTH = 45;
const REMEDY =
  "Exclude the session table from client extensions that encrypt, compress, cache or rewrite it. " +
  "Give the data column a plain, deterministic collation.";

/** Whether the guarded UPDATE of a save matches the row that was read, and no other. */
export const guard: Check = {
  id: "guard",
  needs: ["insert"],
  writes: true,
  remedy: REMEDY,
  async run(subject) {
    for (const step of [matchesWhatWasRead, matchesNothingElse, rotates]) {
      const problem = await step(subject);
      if (problem) return failed(problem, REMEDY);
    }
    return ignoresCase(subject);
  },
};

const prefixOf = ({ data }: SessionRow) => ({ startsWith: data.slice(0, PREFIX_LENGTH) });

async function matchesWhatWasRead({ store, probes, table }: Subject): Promise<string | undefined> {
  const row = await probes.insert(store, "read");
  const changes = () => ({ data: `${newPrefix()}.written`, expireDate: probes.newExpiry() });
  const first = changes();
  if ((await store.update(row.key, probes.guard(prefixOf(row)), first)) !== "updated") {
    const stored = typeof table === "string" ? row.data : await table.storedData(row.key);
    return stored === row.data
      ? "The UPDATE of a save does not match the row that was just written."
      : "The table holds other data than were sent, so the UPDATE of a save matches nothing.";
  }
  if ((await store.update(row.key, probes.guard(first.data), changes())) !== "updated") {
    return "An UPDATE that compares the whole data does not match the row.";
  }
  return undefined;
}

async function matchesNothingElse({ store, probes, now }: Subject): Promise<string | undefined> {
  const row = await probes.insert(store, "read");
  const changes = { data: `${newPrefix()}.lost`, expireDate: probes.newExpiry() };
  const wrong = [
    { what: "data of another write", guard: probes.guard({ startsWith: newPrefix().slice(0, PREFIX_LENGTH) }) },
    { what: "other data of the same length", guard: probes.guard(row.data.replace(/read$/, "rest")) },
    {
      what: "an expired row",
      guard: { ...probes.guard(prefixOf(row)), liveAt: new Date(now().getTime() + 3_600_000) },
    },
  ];
  for (const { what, guard } of wrong) {
    if ((await store.update(row.key, guard, changes)) === "updated") {
      return `The UPDATE of a save also matches ${what}, so concurrent changes get lost.`;
    }
  }
  return undefined;
}

async function rotates({ store, probes, table }: Subject): Promise<string | undefined> {
  const row = await probes.insert(store);
  const changes = { key: probes.newKey(), data: `${newPrefix()}.rotated`, expireDate: probes.newExpiry() };
  const outcome = await store.update(row.key, probes.guard(prefixOf(row)), changes);
  if (outcome !== "updated") return "The UPDATE that gives a row a new key matches nothing.";
  const isOld = typeof table === "string" ? (await store.find(row.key)) !== undefined : await table.has(row.key);
  return isOld ? "The UPDATE that gives a row a new key leaves the old one, so a sign-in keeps its key." : undefined;
}

/** Most collations of MySQL ignore letter case. The codecs of the package allow that. */
async function ignoresCase({ store, probes, client }: Subject): Promise<Finding> {
  const row = await probes.insert(store, "letters");
  const guard = probes.guard(row.data.replace(/letters$/, "LETTERS"));
  const outcome = await store.update(row.key, guard, { expireDate: probes.newExpiry() });
  const matches = "The UPDATE of a save matches the row that was read, and no other.";
  if (outcome !== "updated") return passed(matches);
  if (client.provider === "mysql") {
    return passed(`${matches} The collation ignores letter case, as is usual here.`);
  }
  return warning(
    "The collation of the data column ignores letter case. A codec of your own may then lose changes.",
    "Remove the collation from the data column. The codecs of the package do not depend on letter case.",
  );
}
