import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { SECRET } from "../../kilobyte.ts";
import { requirePeer } from "../packages.ts";
import {
  cookieOf,
  type ExpressRequest,
  type ExpressSession,
  type ExpressSessionModule,
  type ExpressStore,
  handle,
  promised,
} from "./express-session.ts";
import { LIFETIME_MS, type Peer, POOL_SIZE } from "./peer.ts";

/** express-session and a store. `resave` is as in the README of the store. */
interface Setup {
  readonly expressSession: ExpressSessionModule;
  readonly store: ExpressStore;
  readonly resave: boolean;
  readonly close: () => Promise<void>;
}

/** With a pool, which its README calls "the recommended one". */
export function connectPgSimple(connectionString: string): Peer {
  const expressSession = requirePeer("express-session");
  const PgStore = requirePeer("connect-pg-simple")(expressSession);
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE });
  pool.on("error", () => {}); // of idle connections, when the server stops
  // Pruning would take time from the peers that run at that moment.
  const store = new PgStore({ pool, pruneSessionInterval: false });
  return expressPeer({
    expressSession,
    store,
    resave: false,
    async close() {
      await store.close();
      await pool.end();
    },
  });
}

export async function prismaSessionStore(connectionString: string): Promise<Peer> {
  const client = new URL("../generated/prisma-session-store/client.ts", import.meta.url);
  const { PrismaClient } = await import(client.href);
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: POOL_SIZE }) });
  const { PrismaSessionStore } = requirePeer("@quixo3/prisma-session-store");
  // Without `checkPeriod`, which prunes: see above.
  const store = new PrismaSessionStore(prisma, { dbRecordIdIsSessionId: true, dbRecordIdFunction: undefined });
  return expressPeer({
    expressSession: requirePeer("express-session"),
    store,
    resave: true,
    close: () => store.shutdown(),
  });
}

/**
 * A request goes through express-session's middleware. The other operations are methods of its
 * session objects, as an app calls them.
 */
function expressPeer({ expressSession, store, resave, close }: Setup): Peer {
  // `saveUninitialized` is true in one README, and by default.
  const options = { secret: SECRET, resave, saveUninitialized: true, cookie: { maxAge: LIFETIME_MS } };
  const middleware = expressSession({ store, ...options });
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
        get cookie() {
          return cookieOf(request.sessionID);
        },
        load: () => load(request.sessionID),
        async save() {
          request.session.visits++;
          request.session.touch(); // as at the end of a request: the expiry counts from now
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
    readRequest: (cookie) => handle(middleware, cookie, assertLoaded),
    request: (cookie, change) => handle(middleware, cookie, (session) => Object.assign(assertLoaded(session), change)),
    read: load,
    close,
  };
}

/** If the cookie is invalid, the middleware starts an empty session. */
function assertLoaded(session: ExpressSession): ExpressSession {
  if (session.userId === undefined) throw new Error("The session was not loaded.");
  return session;
}
