import { createHash, randomBytes } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { sessionTable } from "../../../test/databases/table.ts";
import type { TestClient } from "../../../test/databases/types.ts";
import { GUARD_LENGTH } from "../../kilobyte.ts";
import { type Data, inTwoWeeks, type Peer, POOL_SIZE } from "./peer.ts";
import { newKey } from "./pg.ts";

/** A client of Prisma 7 for the table of this package. */
export async function prismaClient(connectionString: string, { isPrepared = false } = {}): Promise<TestClient> {
  const PrismaClient = await sessionTable.client("postgresql");
  const options = isPrepared ? { statementNameGenerator: statementNames() } : {};
  const adapter = new PrismaPg({ connectionString, max: POOL_SIZE }, options);
  const client = new PrismaClient({ adapter, log: [] });
  await client.$connect();
  return client;
}

/** The recipe of docs/costs.md. */
function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= 50 || sql.length > 1000 || !sql.includes('"session"')) return "";
    const name = createHash("sha256").update(sql).digest("base64url");
    names.set(sql, name);
    return name;
  };
}

/** A row as it was read: its data, and the beginning of its text. */
interface Row {
  readonly data: Data;
  readonly beginning: string;
}

/**
 * Prisma's own calls on the same table.
 *
 * With `isGuarded`, each text begins with a random id. A write then changes the row only if it is
 * live and begins as it was read. This package compares as many characters.
 */
export async function barePrisma(url: string, { isGuarded = false, isPrepared = false } = {}): Promise<Peer> {
  const client = await prismaClient(url, { isPrepared });
  const { session } = client;
  const select = { data: true, expireDate: true } as const;
  const newBeginning = () => (isGuarded ? `${randomBytes((GUARD_LENGTH - 1) / 2).toString("hex")}.` : "");
  const load = async (key: string): Promise<Row> => {
    const { data, expireDate } = await session.findUniqueOrThrow({ where: { key }, select });
    if (expireDate <= new Date()) throw new Error("The session has expired.");
    const beginning = data.slice(0, data.indexOf("{"));
    return { data: JSON.parse(data.slice(beginning.length)), beginning };
  };
  const update = async (
    key: string,
    startsWith: string,
    data: { key: string } | { data: string; expireDate: Date },
  ) => {
    const guard = isGuarded ? { expireDate: { gt: new Date() }, data: { startsWith } } : {};
    const { count } = await session.updateMany({ where: { key, ...guard }, data });
    if (count !== 1) throw new Error(`${count} rows instead of 1.`);
  };
  /** Returns the beginning of the new text. */
  const write = async (key: string, startsWith: string, data: Data) => {
    const beginning = newBeginning();
    await update(key, startsWith, { data: beginning + JSON.stringify(data), expireDate: inTwoWeeks() });
    return beginning;
  };

  return {
    async create(data) {
      let key = newKey();
      let { visits } = data;
      let beginning = newBeginning();
      await session.create({
        data: { key, data: beginning + JSON.stringify(data), expireDate: inTwoWeeks() },
        select: { key: true },
      });
      return {
        get key() {
          return key;
        },
        get cookie() {
          return key;
        },
        load: () => load(key),
        async save() {
          beginning = await write(key, beginning, { ...data, visits: ++visits });
        },
        async rotate() {
          const old = key;
          key = newKey();
          await update(old, beginning, { key });
        },
        async signOut() {
          await session.deleteMany({ where: { key } });
        },
      };
    },
    async request(key, change) {
      const { data, beginning } = await load(key);
      await write(key, beginning, Object.assign(data, change));
    },
    readRequest: load,
    read: async (key) => (await load(key)).data,
    close: () => client.$disconnect(),
  };
}
