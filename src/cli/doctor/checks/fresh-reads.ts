import type { SessionStore } from "../../../store/session-store.ts";
import { type Check, failed, passed, type Subject, warning } from "../check.ts";
import { newPrefix } from "../probes.ts";

type Store = Required<SessionStore>;

/** The number of concurrent readings. They use other connections of the pool than the writes. */
const AT_ONCE = 10;
const BATCHES = 3;
const MAX_MS = 2000;

const REMEDY =
  "Pass the model of the primary, and exclude the session table from client extensions that cache. On Galera set `wsrep_sync_wait=7`.";
const PASS_PRIMARY = "Pass `prisma.$primary().session` as `model`, if you do not do so already.";

/** Whether a reading sees the previous write. Replicas, clusters and caches may return old rows. */
export const freshReads: Check = {
  id: "fresh-reads",
  needs: ["insert"],
  writes: true,
  remedy: REMEDY,
  async run(subject) {
    const stale = await staleReadings(subject, subject.store);
    if (stale.some > 0) return failed(sentence(stale, "readings"), REMEDY);
    if (!subject.replicaStore) return passed(`${stale.of} of ${stale.of} readings see the write before them.`);
    const fromReplica = await staleReadings(subject, subject.replicaStore);
    if (fromReplica.some > 0) return warning(sentence(fromReplica, "readings from a replica"), PASS_PRIMARY);
    return passed(`The primary's readings see the write before them. ${PASS_PRIMARY}`);
  },
};

const sentence = ({ some, of }: Count, readings: string) =>
  `${some} of ${of} ${readings} did not see the write before.`;

interface Count {
  some: number;
  of: number;
}

async function staleReadings(subject: Subject, reader: Store): Promise<Count> {
  const until = performance.now() + MAX_MS;
  const stale: Count = { some: 0, of: 0 };
  for (let batch = 0; batch < BATCHES && performance.now() < until; batch++) {
    const lives = Array.from({ length: AT_ONCE }, () => lifeOfARow(subject, reader));
    for (const isFresh of (await Promise.all(lives)).flat()) {
      stale.of++;
      if (!isFresh) stale.some++;
    }
  }
  return stale;
}

/** Reads a row that is missing, new, changed and deleted. Returns whether each reading is fresh. */
async function lifeOfARow({ store, probes }: Subject, reader: Store): Promise<boolean[]> {
  const row = probes.newRow();
  const read = async () => (await reader.find(row.key))?.data;
  await read(); // A cache may store that the row is missing.
  await store.insert(row);
  const isSeen = (await read()) !== undefined;
  const changes = { data: `${newPrefix()}.changed`, expireDate: probes.newExpiry() };
  const before = await read();
  const isChanged = (await store.update(row.key, probes.guard(row.data), changes)) === "updated";
  // Another check reports an UPDATE that matches no row.
  const isChangeSeen = !isChanged || (await read()) !== before;
  await store.delete(row.key);
  return [isSeen, isChangeSeen, (await read()) === undefined];
}
