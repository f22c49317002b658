import { pathToFileURL } from "node:url";
import { adapters } from "../../../test/databases/adapters.ts";
import { migration, prisma8Migration, runSql, statementsIn } from "../../../test/databases/sql.ts";
import { notInstalled } from "../../../test/prisma-8/installed.ts";
import { type Columns, createDatabase, fillTable } from "../databases.ts";
import { resolvePeer } from "../packages.ts";
import { connectPgSimple, prismaSessionStore } from "./express.ts";
import type { Peer } from "./peer.ts";
import { barePg } from "./pg.ts";
import { barePrisma } from "./prisma.ts";
import { onPrisma7, onPrisma8 } from "./this-package.ts";

interface Entry {
  /** The statements that make its table. */
  readonly statements: () => Promise<readonly string[]>;
  readonly columns: Columns;
  readonly connect: (url: string) => Peer | Promise<Peer>;
  readonly skipReason?: string | undefined;
}

const ours = {
  statements: () => migration("postgresql"),
  columns: {
    table: "session",
    keys: ["key"],
    others: ["data", "expire_date"],
    newKey: "'sha256.' || encode(hash, 'hex')",
  },
};
/** The text of 24 random bytes, as express-session makes it. */
const expressKey = "translate(encode(substr(hash, 1, 24), 'base64'), '+/', '-_')";
const connectPgSimpleTable = () => statementsIn(pathToFileURL(resolvePeer("connect-pg-simple/table.sql")));
const prismaSessionStoreTable = () => statementsIn(new URL("../schemas/prisma-session-store.sql", import.meta.url));

/** By the names that the tables and plots have. */
const ENTRIES = {
  "prisma-db-session": { ...ours, connect: (url) => onPrisma7(url) },
  "prisma-db-session, prepared": { ...ours, connect: (url) => onPrisma7(url, { isPrepared: true }) },
  "prisma-db-session, Prisma 8": {
    ...ours,
    statements: () => prisma8Migration("postgresql"),
    connect: onPrisma8,
    skipReason: notInstalled,
  },
  "connect-pg-simple": {
    statements: connectPgSimpleTable,
    columns: { table: "session", keys: ["sid"], others: ["sess", "expire"], newKey: expressKey },
    connect: connectPgSimple,
  },
  "prisma-session-store": {
    statements: prismaSessionStoreTable,
    columns: { table: '"Session"', keys: ["id", "sid"], others: ["data", '"expiresAt"'], newKey: expressKey },
    connect: prismaSessionStore,
  },
  "Prisma 7": { ...ours, connect: (url) => barePrisma(url) },
  "Prisma 7, guarded": { ...ours, connect: (url) => barePrisma(url, { isGuarded: true }) },
  "Prisma 7, guarded, prepared": {
    ...ours,
    connect: (url) => barePrisma(url, { isGuarded: true, isPrepared: true }),
  },
  pg: { ...ours, connect: (url) => barePg(url) },
  "pg, prepared": { ...ours, connect: (url) => barePg(url, { isPrepared: true }) },
} as const satisfies Record<string, Entry>;

export type PeerName = keyof typeof ENTRIES;
export const peerNames = Object.keys(ENTRIES) as PeerName[];

/** Why a peer cannot run here. `undefined` if it can. */
export const skipReasonOf = (name: PeerName): string | undefined => (ENTRIES[name] as Entry).skipReason;

/** A peer with a database of its own, which `close` drops. */
export interface OpenPeer extends Peer {
  /** Fills the table up to this number of rows with copies of the smallest row. */
  fill(rows: number): Promise<void>;
  /** Deletes all rows. */
  empty(): Promise<void>;
}

export async function openPeer(name: PeerName, server: string): Promise<OpenPeer> {
  const { statements, connect, columns }: Entry = ENTRIES[name];
  const { url, drop } = await createDatabase(server, await statements());
  const peer = await connect(url);
  return {
    ...peer,
    fill: (rows) => fillTable(url, columns, rows),
    empty: () => runSql(adapters.postgresql(url), [`TRUNCATE ${columns.table}`]),
    close: () => peer.close().then(drop),
  };
}
