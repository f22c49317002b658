import { type Check, passed, warning } from "../check.ts";

const DAY_MS = 86_400_000;
const MAX_AGE_DAYS = 7;
/** The check counts at most this many rows, because counting more takes too long. */
const MAX_COUNT = 100_000;

/** Whether a job clears expired rows. */
export const expiredRows: Check = {
  id: "expired-rows",
  needs: ["table"],
  async run({ store, model, now }) {
    const at = now();
    const [oldest] = await store.findExpired(at, 1);
    if (!oldest) return passed("No row has expired.");
    const count = await model.count({ where: { expireDate: { lte: at } }, take: MAX_COUNT });
    const rows = `${count === MAX_COUNT ? `${count} rows or more have` : count === 1 ? "1 row has" : `${count} rows have`} expired`;
    const days = (at.getTime() - oldest.expireDate.getTime()) / DAY_MS;
    const age = days >= 2 ? `${Math.floor(days)} days` : `${Math.floor(days * 24)} h`;
    const detail = `${rows}, the first ${age} ago.`;
    if (days <= MAX_AGE_DAYS) return passed(detail);
    return warning(
      detail,
      "Run `npx prisma-db-session clear-expired` once a day. See docs/clearing-expired.md of the package.",
    );
  },
};
