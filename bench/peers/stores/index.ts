import { pathToFileURL } from "node:url";
import { migration, prisma8Migration, statementsIn } from "../../../test/databases/sql.ts";
import { notInstalled } from "../../../test/prisma-8/installed.ts";
import { createDatabase } from "../databases.ts";
import { resolvePeer } from "../packages.ts";
import { connectPgSimple, prismaSessionStore } from "./express.ts";
import type { Peer } from "./peer.ts";
import { barePg } from "./pg.ts";
import { barePrisma } from "./prisma.ts";
import { onPrisma7, onPrisma8 } from "./this-package.ts";

interface Entry {
  /** The statements that make its table. */
  readonly statements: () => Promise<readonly string[]>;
  readonly connect: (url: string) => Peer | Promise<Peer>;
  readonly skipReason?: string | undefined;
}

const ours = () => migration("postgresql");
const connectPgSimpleTable = () => statementsIn(pathToFileURL(resolvePeer("connect-pg-simple/table.sql")));
const prismaSessionStoreTable = () => statementsIn(new URL("../schemas/prisma-session-store.sql", import.meta.url));

/** By the names that the tables and plots have. */
const ENTRIES = {
  "prisma-db-session": { statements: ours, connect: (url) => onPrisma7(url) },
  "prisma-db-session, prepared": { statements: ours, connect: (url) => onPrisma7(url, { isPrepared: true }) },
  "prisma-db-session, Prisma 8": {
    statements: () => prisma8Migration("postgresql"),
    connect: onPrisma8,
    skipReason: notInstalled,
  },
  "connect-pg-simple": { statements: connectPgSimpleTable, connect: connectPgSimple },
  "prisma-session-store": { statements: prismaSessionStoreTable, connect: prismaSessionStore },
  "Prisma 7": { statements: ours, connect: barePrisma },
  pg: { statements: ours, connect: (url) => barePg(url) },
  "pg, prepared": { statements: ours, connect: (url) => barePg(url, { isPrepared: true }) },
} as const satisfies Record<string, Entry>;

export type PeerName = keyof typeof ENTRIES;
export const peerNames = Object.keys(ENTRIES) as PeerName[];

/** Why a peer cannot run here. `undefined` if it can. */
export const skipReasonOf = (name: PeerName): string | undefined => (ENTRIES[name] as Entry).skipReason;

/** A peer with a database of its own, which `close` drops. */
export async function openPeer(name: PeerName, server: string): Promise<Peer> {
  const { statements, connect }: Entry = ENTRIES[name];
  const { url, drop } = await createDatabase(server, await statements());
  const peer = await connect(url);
  return { ...peer, close: () => peer.close().then(drop) };
}
