import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { SECRET } from "../../kilobyte.ts";
import { requirePeer } from "../packages.ts";
import { type Data, LIFETIME_MS, type Peer, POOL_SIZE } from "./peer.ts";

type Callback<Result = unknown> = (error?: unknown, result?: Result) => void;

/** A session object of express-session. */
interface ExpressSession extends Data {
  touch(): void;
  save(done: Callback): void;
  regenerate(done: Callback): void;
  destroy(done: Callback): void;
}

interface ExpressStore {
  get(id: string, done: Callback<object | null>): void;
  touch(id: string, session: ExpressSession, done: Callback): void;
  /** express-session's middleware sets this method. */
  generate(request: ExpressRequest): void;
  createSession(request: ExpressRequest, data: object): ExpressSession;
}

interface ExpressRequest {
  readonly sessionStore: ExpressStore;
  sessionID: string;
  session: ExpressSession;
}

/** With a pool, which its README calls "the recommended one". */
export function connectPgSimple(connectionString: string): Peer {
  const expressSession = requirePeer("express-session");
  const PgStore = requirePeer("connect-pg-simple")(expressSession);
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE });
  pool.on("error", () => {}); // of idle connections, when the server stops
  // Pruning would take time from the peers that run at that moment.
  const store = new PgStore({ pool, pruneSessionInterval: false });
  return expressPeer(expressSession, store, async () => {
    await store.close();
    await pool.end();
  });
}

export async function prismaSessionStore(connectionString: string): Promise<Peer> {
  const client = new URL("../generated/prisma-session-store/client.ts", import.meta.url);
  const { PrismaClient } = await import(client.href);
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: POOL_SIZE }) });
  const { PrismaSessionStore } = requirePeer("@quixo3/prisma-session-store");
  // Without `checkPeriod`, which prunes: see above.
  const store = new PrismaSessionStore(prisma, { dbRecordIdIsSessionId: true, dbRecordIdFunction: undefined });
  return expressPeer(requirePeer("express-session"), store, () => store.shutdown());
}

/**
 * The methods of express-session's session objects, as an app calls them. Its middleware does not
 * run, which would sign the cookie, and compare hashes of the data. After a request that changed
 * nothing, it calls `touch()`.
 */
function expressPeer(expressSession: ExpressMiddleware, store: ExpressStore, close: () => Promise<void>): Peer {
  expressSession({ store, secret: SECRET, resave: false, saveUninitialized: false, cookie: { maxAge: LIFETIME_MS } });
  const newRequest = () => ({ sessionStore: store }) as ExpressRequest;
  const save = (session: ExpressSession) => promised((done) => session.save(done));
  const load = async (sessionID: string) => {
    const found = await promised<object | null>((done) => store.get(sessionID, done));
    if (!found) throw new Error("The session was not loaded.");
    return store.createSession(Object.assign(newRequest(), { sessionID }), found);
  };

  return {
    async create(data) {
      const request = newRequest();
      store.generate(request);
      Object.assign(request.session, data);
      await save(request.session);
      return {
        get key() {
          return request.sessionID;
        },
        load: () => load(request.sessionID),
        async save() {
          request.session.visits++;
          await save(request.session);
        },
        async rotate() {
          // regenerate() deletes the row, and drops the data and these methods.
          const kept = Object.fromEntries(Object.keys(data).map((key) => [key, request.session[key]]));
          await promised((done) => request.session.regenerate(done));
          await save(Object.assign(request.session, kept));
        },
        async signOut() {
          await promised((done) => request.session.destroy(done));
        },
      };
    },
    async readRequest(key) {
      const session = await load(key);
      session.touch();
      await promised((done) => store.touch(key, session, done));
    },
    async request(key, change) {
      await save(Object.assign(await load(key), change));
    },
    read: load,
    close,
  };
}

type ExpressMiddleware = (options: {
  readonly store: ExpressStore;
  readonly secret: string;
  readonly resave: false;
  readonly saveUninitialized: false;
  readonly cookie: { readonly maxAge: number };
}) => unknown;

const promised = <Result>(run: (done: Callback<Result>) => void): Promise<Result | undefined> =>
  new Promise((resolve, reject) => {
    run((error, result) => (error ? reject(error) : resolve(result)));
  });
