import { shortKeyHash } from "./key.ts";
import type { SessionConfig } from "./session/session-config.ts";
import { carryOut } from "./store/carry-out.ts";
import type { OwnColumns } from "./store/model-types.ts";
import type { SessionDelegate } from "./store/session-delegate.ts";
import type { Columns } from "./store/session-store.ts";

/** A session as `Sessions.list` shows it: the user's own columns, and neither key nor data. */
export type ListedSession<Model = SessionDelegate> = OwnColumns<Model> & {
  /** What `DbSession.keyHash` and events call the session. */
  readonly keyHash: string;
  readonly expireDate: Date;
};

/** The live sessions that meet a condition; see `Sessions.list`. */
export async function listSessions(
  { store, now }: Pick<SessionConfig, "store" | "now">,
  where: Columns,
): Promise<(Columns & { keyHash: string; expireDate: Date })[]> {
  checkCondition("list", where);
  const liveAt = now();
  const rows = await carryOut(store, () => ({ send: () => store.findMatching(where, { liveAt }), isRepeatable: true }));
  return rows.map(({ key, expireDate, columns }) => ({ ...columns, keyHash: shortKeyHash(key), expireDate }));
}

/**
 * Prisma leaves out what is undefined in a condition, so that `{ userId: undefined }` means everybody.
 * @throws TypeError for that, and for what is no condition
 */
export function checkCondition(method: "list" | "revoke", where: unknown): void {
  if (typeof where !== "object" || where === null || Array.isArray(where)) {
    throw new TypeError(`${method}() needs a condition like \`{ userId: 7 }\`. For all sessions, give \`{}\`.`);
  }
  const path = undefinedIn(where);
  if (path === undefined) return;
  throw new TypeError(
    `In the condition of ${method}(), ${path} is undefined, which Prisma takes for any value. Give a value, or leave it out.`,
  );
}

function undefinedIn(value: object): string | undefined {
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined) return name;
    const inside = typeof each === "object" && each !== null ? undefinedIn(each) : undefined;
    if (inside !== undefined) return `${name}.${inside}`;
  }
  return undefined;
}
