// The process of `killed-process.test.ts`: saves, and tells of each save that was acknowledged, until it is killed.
import { createSessions } from "prisma-db-session";
import { connectClient } from "../databases/client.ts";
import { SECRET } from "../support.ts";
import { readJob, tell } from "./parent-process.ts";

export interface Job {
  /** Of a SQLite database. */
  readonly url: string;
  readonly sessionKeys: readonly string[];
  readonly actorsOfEach: number;
  /** Each save sets two keys of a number of its own; the first number. */
  readonly first: number;
}

/** A save that was acknowledged. */
export interface Saved {
  readonly sessionKey: string;
  readonly number: number;
}

const { url, sessionKeys, actorsOfEach, first } = readJob<Job>();
const client = await connectClient("sqlite", url);
const { load } = createSessions({ model: client.session, secret: SECRET });
let number = first;

async function save(sessionKey: string): Promise<never> {
  for (;;) {
    const session = await load(sessionKey);
    const mine = number++;
    session.update({ [`a${mine}`]: mine, [`b${mine}`]: mine });
    await session.save();
    tell({ sessionKey, number: mine } satisfies Saved);
  }
}

await Promise.all(sessionKeys.flatMap((key) => Array.from({ length: actorsOfEach }, () => save(key))));
