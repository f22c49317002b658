import type { KILOBYTE } from "../../kilobyte.ts";

/** The data of a session: those of a shop, and what a benchmark adds. */
export type Data = typeof KILOBYTE & { [added: string]: unknown };

/** A way to keep sessions in PostgreSQL. */
export interface Peer {
  /** Starts a session with this data: one new row. */
  create(data: Data): Promise<Visitor>;
  /** One request that changes nothing, with all that its middleware does by default. */
  readRequest(cookie: string): Promise<unknown>;
  /** One request: reads the session of the cookie, changes it, and writes it. */
  request(cookie: string, change: Record<string, unknown>): Promise<void>;
  /** The data as the table has them. No benchmark measures it. */
  read(key: string): Promise<Data>;
  close(): Promise<void>;
}

/** A session that this process holds. Each method is one operation of the benchmark. */
export interface Visitor {
  readonly key: string;
  /** What the browser sends. Only the key, if this way to keep sessions has no cookie. */
  readonly cookie: string;
  /** Reads the session by its key. */
  load(): Promise<unknown>;
  /** Changes the session that was created, and writes it. */
  save(): Promise<void>;
  /** Gives the session a new key and keeps its data. The old key opens nothing. */
  rotate(): Promise<void>;
  /** Deletes the row. */
  signOut(): Promise<void>;
}

export const LIFETIME_MS = 1_209_600_000;
export const inTwoWeeks = () => new Date(Date.now() + LIFETIME_MS);

/** The connections that a pool of `pg` opens by default, which every peer here has. */
export const POOL_SIZE = 10;
