import { randomBytes } from "node:crypto";
import pg from "pg";
import { type Data, inTwoWeeks, type Peer, POOL_SIZE } from "./peer.ts";

const SQL = {
  insert: "INSERT INTO session (key, data, expire_date) VALUES ($1, $2, $3)",
  select: "SELECT data FROM session WHERE key = $1 AND expire_date > $2",
  update: "UPDATE session SET data = $2, expire_date = $3 WHERE key = $1",
  rotate: "UPDATE session SET key = $2 WHERE key = $1",
  delete: "DELETE FROM session WHERE key = $1",
};

/** The statements alone, written by hand: the limit of what is possible. */
export function barePg(connectionString: string, { isPrepared = false } = {}): Peer {
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE });
  pool.on("error", () => {}); // of idle connections, when the server stops
  const query = async (name: keyof typeof SQL, values: unknown[]) => {
    const result = await pool.query({ text: SQL[name], values, ...(isPrepared && { name }) });
    if (result.rowCount !== 1) throw new Error(`${name}: ${result.rowCount} rows instead of 1.`);
    return result.rows[0];
  };
  const write = (key: string, data: Data) => query("update", [key, JSON.stringify(data), inTwoWeeks().toISOString()]);
  const load = async (key: string): Promise<Data> =>
    JSON.parse((await query("select", [key, new Date().toISOString()])).data);

  return {
    async create(data) {
      let key = newKey();
      let { visits } = data;
      await query("insert", [key, JSON.stringify(data), inTwoWeeks().toISOString()]);
      return {
        get key() {
          return key;
        },
        get cookie() {
          return key;
        },
        load: () => load(key),
        async save() {
          await write(key, { ...data, visits: ++visits });
        },
        async rotate() {
          const old = key;
          key = newKey();
          await query("rotate", [old, key]);
        },
        async signOut() {
          await query("delete", [key]);
        },
      };
    },
    async request(key, change) {
      await write(key, Object.assign(await load(key), change));
    },
    readRequest: load,
    read: load,
    close: () => pool.end(),
  };
}

/** As wide as the keys in the table of this package. */
export const newKey = () => `sha256.${randomBytes(32).toString("hex")}`;
