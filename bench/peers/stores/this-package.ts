import type { DbSession, SessionsOptions } from "prisma-db-session";
import type { Prisma8Model } from "prisma-db-session/prisma-8";
import { prisma8Store } from "prisma-db-session/prisma-8";
import { createWebSessions } from "prisma-db-session/web";
import { SECRET } from "../../kilobyte.ts";
import { importPrisma8 } from "../packages.ts";
import type { Data, Peer } from "./peer.ts";
import { prismaClient } from "./prisma.ts";

/** This package with its default options. */
export async function onPrisma7(url: string, options: { isPrepared?: boolean } = {}): Promise<Peer> {
  const client = await prismaClient(url, options);
  return thisPackage({ model: client.session }, () => client.$disconnect());
}

/** Prisma 8 as docs/prisma-8.md sets it up. */
export async function onPrisma8(url: string): Promise<Peer> {
  const { default: postgres } = await importPrisma8("@prisma/orm-postgres/runtime");
  const contract = new URL("../../../test/prisma-8/postgresql/generated/session/contract.json", import.meta.url);
  const { default: contractJson } = await import(contract.href, { with: { type: "json" } });
  const client: Prisma8Client = postgres({ contractJson, url, verifyMarker: false });
  return thisPackage({ store: prisma8Store(client.orm.public.Session) }, () => client.close());
}

interface Prisma8Client {
  readonly orm: { readonly public: { readonly Session: Prisma8Model } };
  close(): Promise<void>;
}

function thisPackage(where: Pick<SessionsOptions<Data>, "model" | "store">, close: () => Promise<void>): Peer {
  const options = { ...where, secret: SECRET } as SessionsOptions<Data>;
  const { open, load, getSession, commitSession } = createWebSessions<Data>(options);
  const ofCookie = async (cookie: string) => assertLoaded(await getSession({ headers: new Headers({ cookie }) }));
  return {
    async create(data) {
      const session = open();
      session.update(data);
      await session.save();
      let { visits } = data;
      return {
        get key() {
          return String(session.sessionKey);
        },
        get cookie() {
          return `__Host-session=${session.sessionKey}`;
        },
        load: async () => assertLoaded(await load(session.sessionKey)),
        async save() {
          session.set("visits", ++visits);
          await session.save();
        },
        rotate: () => session.cycleKey(),
        signOut: () => session.flush(),
      };
    },
    async readRequest(cookie) {
      await commitSession(await ofCookie(cookie), new Headers());
    },
    async request(cookie, change) {
      const session = await ofCookie(cookie);
      session.update(change);
      await commitSession(session, new Headers());
    },
    read: async (key) => (await load(key)).toJSON() as Data,
    close,
  };
}

function assertLoaded(session: DbSession<Data>): DbSession<Data> {
  if (session.get("userId") === undefined) throw new Error("The session was not loaded.");
  return session;
}
