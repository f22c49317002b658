import { createHash } from "node:crypto";
import { PrismaPg } from "@prisma/adapter-pg";
import { sessionTable } from "../../../test/databases/table.ts";
import type { TestClient } from "../../../test/databases/types.ts";
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

/** The recipe of docs/benchmarks.md. */
function statementNames(): (query: { readonly sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= 200) return "";
    const name = createHash("sha256").update(sql).digest("base64url");
    names.set(sql, name);
    return name;
  };
}

/** Prisma's own calls on the same table: the limit of what is possible through Prisma. */
export async function barePrisma(url: string): Promise<Peer> {
  const client = await prismaClient(url);
  const { session } = client;
  const select = { data: true, expireDate: true } as const;
  const load = async (key: string): Promise<Data> => {
    const { data, expireDate } = await session.findUniqueOrThrow({ where: { key }, select });
    if (expireDate <= new Date()) throw new Error("The session has expired.");
    return JSON.parse(data);
  };
  const update = async (key: string, data: { key: string } | { data: string; expireDate: Date }) => {
    const { count } = await session.updateMany({ where: { key }, data });
    if (count !== 1) throw new Error(`${count} rows instead of 1.`);
  };
  const write = (key: string, data: Data) => update(key, { data: JSON.stringify(data), expireDate: inTwoWeeks() });

  return {
    async create(data) {
      let key = newKey();
      let { visits } = data;
      await session.create({
        data: { key, data: JSON.stringify(data), expireDate: inTwoWeeks() },
        select: { key: true },
      });
      return {
        get key() {
          return key;
        },
        load: () => load(key),
        save: () => write(key, { ...data, visits: ++visits }),
        async rotate() {
          const old = key;
          key = newKey();
          await update(old, { key });
        },
        async signOut() {
          await session.deleteMany({ where: { key } });
        },
      };
    },
    request: async (key, change) => write(key, Object.assign(await load(key), change)),
    readRequest: load,
    read: load,
    close: () => client.$disconnect(),
  };
}
