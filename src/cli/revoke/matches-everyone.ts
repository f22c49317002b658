import type { Columns } from "../../store/session-store.ts";
import type { SessionModel } from "../session-model.ts";

/**
 * Whether a condition matches every live session. Two counts cannot tell: sessions begin and end
 * between them. So this looks for a live session that the condition does not match.
 */
export async function matchesEveryone(
  { pages, count, store }: SessionModel,
  where: Columns,
  now: Date,
  onProgress: (sessions: number) => void,
): Promise<boolean> {
  if (Object.keys(where).length === 0) return true;
  const isLive = { expireDate: { gt: now } };
  let isAnyoneLive = false;
  let done = 0;
  for await (const rows of pages(isLive, { key: true })) {
    const keys = rows.map(({ key }) => key);
    if (keys.length === 0) continue;
    done += keys.length;
    onProgress(done);
    isAnyoneLive = true;
    const matching = await store.findMatching({ AND: [where, { key: { in: keys } }] });
    const matched = new Set(matching.map(({ key }) => key));
    const others = keys.filter((key) => !matched.has(key));
    // A session that has ended since it was read proves nothing.
    if (others.length > 0 && (await count({ AND: [isLive, { key: { in: others } }] })) > 0) return false;
  }
  return isAnyoneLive;
}
