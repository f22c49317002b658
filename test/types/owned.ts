// Compile-only: `columns`, `maxPerOwner`, `list()` and `revoke()` know the columns of the user's own. `npm run check` compiles this.
import { createSessions, type FilledColumns, memoryStore, prismaStore } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";
import { createWebSessions } from "prisma-db-session/web";
import type { PrismaClient as OwnedClient } from "../../generated/owned-sqlite/client.ts";
import type { PrismaClient as PlainClient } from "../../generated/sqlite/client.ts";

interface Shop {
  userId: number;
  device: string;
}

declare const owned: OwnedClient;
declare const plain: PlainClient;
type Model = typeof owned.session;
const secret = process.env.SESSION_SECRET;
const options = { model: owned.session, secret };
const other = { address: null, userAgent: null };

// `columns`: from the data, each column that may be null, and of the rest what it likes.
const sessions = createSessions<Shop, Model>({
  ...options,
  columns: ({ userId = null, device }) => ({ userId, address: null, userAgent: device ?? null }),
  maxPerOwner: { column: "userId", max: 5 },
});
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, createdAt: new Date() }) });
createSessions<Shop, Model>({ store: prismaStore(owned.session), secret, columns: () => ({ userId: 7, ...other }) });

// @ts-expect-error a column that may be null is missing
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, address: null }) });
// @ts-expect-error a wrong name
createSessions<Shop, Model>({ ...options, columns: () => ({ userID: 7, ...other }) });
// @ts-expect-error another type
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: "7", ...other }) });
// @ts-expect-error another type, where a default could have filled it
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, createdAt: 7 }) });
// @ts-expect-error may not be null
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, createdAt: null }) });
// @ts-expect-error nor undefined, which would be written as null (with TypeScript's exactOptionalPropertyTypes)
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, createdAt: undefined }) });
// @ts-expect-error may be undefined: say null
createSessions<Shop, Model>({ ...options, columns: (data) => ({ userId: data.userId, ...other }) });
// @ts-expect-error not a key of the data
createSessions<Shop, Model>({ ...options, columns: (data) => ({ userId: data.user ?? null, ...other }) });
// @ts-expect-error the package fills it
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, key: "" }) });
// @ts-expect-error the package fills it
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, data: "" }) });
// @ts-expect-error the package fills it
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, expireDate: new Date() }) });
// @ts-expect-error not at once
createSessions<Shop, Model>({ ...options, columns: async () => ({ userId: 7, ...other }) });
// @ts-expect-error no column at all to fill
createSessions<Shop, typeof plain.session>({ model: plain.session, secret, columns: () => ({ userId: 7 }) });

// A name too many is only found with a return type: TypeScript lets a function return more than is asked for.
createSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, ...other, colour: "red" }) });
// @ts-expect-error no such column
createSessions<Shop, Model>({ ...options, columns: (): FilledColumns<Model> => ({ userId: 7, ...other, colour: "" }) });

// `maxPerOwner`
// @ts-expect-error a wrong name
createSessions<Shop, Model>({ ...options, maxPerOwner: { column: "userID", max: 5 } });
// @ts-expect-error no column of the user's own
createSessions<Shop, Model>({ ...options, maxPerOwner: { column: "key", max: 5 } });
// @ts-expect-error no column of the user's own
createSessions<Shop, typeof plain.session>({ model: plain.session, secret, maxPerOwner: { column: "userId", max: 5 } });

// `list()`: Prisma's own terms in, the user's own columns out.
await sessions.list({});
await sessions.list({ userId: { in: [1, 2] }, createdAt: { lt: new Date() }, userAgent: { contains: "Firefox" } });
await sessions.list({ OR: [{ userId: null }, { NOT: { address: "::1" } }], expireDate: { gt: new Date() } });
const [listed] = await sessions.list({ userId: 7 });
if (!listed) throw new Error("The database has none.");
listed satisfies {
  keyHash: string;
  expireDate: Date;
  userId: number | null;
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
};

// @ts-expect-error may be null
listed.userId satisfies number;
// @ts-expect-error stays where it is
listed.key;
// @ts-expect-error stays where it is
listed.data;
// @ts-expect-error no such column
listed.userID;
// @ts-expect-error a condition may not be forgotten
await sessions.list();
// @ts-expect-error a wrong name
await sessions.list({ userID: 7 });
// @ts-expect-error a wrong name inside
await sessions.list({ OR: [{ userID: 7 }] });
// @ts-expect-error another type
await sessions.list({ userId: "7" });
// @ts-expect-error another type inside
await sessions.list({ createdAt: { lt: 7 } });
// @ts-expect-error no such operator
await sessions.list({ userId: { within: [1, 2] } });
// @ts-expect-error nobody in particular would be everybody (with TypeScript's exactOptionalPropertyTypes)
await sessions.list({ userId: undefined });
// @ts-expect-error no column: an option of revoke()
await sessions.list({ keyHash: listed.keyHash });

// `revoke()`
const session = sessions.open();
(await sessions.revoke({ userId: 7 })) satisfies number;
await sessions.revoke({ userId: { in: [1, 2] }, OR: [{ createdAt: { lt: new Date() } }, { address: null }] });
await sessions.revoke({ userId: 7 }, { except: session });
await sessions.revoke({ userId: 7 }, { except: session.sessionKey });
await sessions.revoke({ userId: 7 }, { keyHash: listed.keyHash });

// @ts-expect-error a condition may not be forgotten
await sessions.revoke();
// @ts-expect-error a wrong name
await sessions.revoke({ userID: 7 });
// @ts-expect-error a wrong name inside
await sessions.revoke({ NOT: { userID: 7 } });
// @ts-expect-error another type
await sessions.revoke({ userId: "7" });
// @ts-expect-error nobody in particular would be everybody (with TypeScript's exactOptionalPropertyTypes)
await sessions.revoke({ userId: undefined });
// @ts-expect-error what list() gives has no key
await sessions.revoke({ userId: 7 }, { except: listed });
// @ts-expect-error null until saved, and then every session would do
await sessions.revoke({ userId: 7 }, { keyHash: session.keyHash });
// @ts-expect-error no such option
await sessions.revoke({ userId: 7 }, { exceptKey: session.sessionKey });

// Of Next's and the web's entries too.
for (const create of [createNextSessions<Shop, Model>, createWebSessions<Shop, Model>]) {
  const { list, revoke } = create({
    ...options,
    columns: ({ userId = null }) => ({ userId, ...other }),
    maxPerOwner: { column: "userId", max: 5 },
  });
  (await list({ userId: { in: [1, 2] } })) satisfies (typeof listed)[];
  await revoke({ userId: 7 }, { except: session, keyHash: listed.keyHash });
}
const next = createNextSessions<Shop, Model>(options);
const web = createWebSessions<Shop, Model>(options);
await next.revoke({ userId: 7 }, { except: await next.getSession() });
await web.revoke({ userId: 7 }, { except: await web.getSession(new Request("http://localhost/")) });

// @ts-expect-error a column that may be null is missing
createNextSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, address: null }) });
// @ts-expect-error a wrong name
createNextSessions<Shop, Model>({ ...options, maxPerOwner: { column: "userID", max: 5 } });
// @ts-expect-error a wrong name
await next.list({ userID: 7 });
// @ts-expect-error a wrong name
await next.revoke({ userID: 7 });
// @ts-expect-error stays where it is
(await next.list({}))[0]?.data;
// @ts-expect-error a column that may be null is missing
createWebSessions<Shop, Model>({ ...options, columns: () => ({ userId: 7, address: null }) });
// @ts-expect-error a wrong name
createWebSessions<Shop, Model>({ ...options, maxPerOwner: { column: "userID", max: 5 } });
// @ts-expect-error a wrong name
await web.list({ userID: 7 });
// @ts-expect-error a wrong name
await web.revoke({ userID: 7 });
// @ts-expect-error stays where it is
(await web.list({}))[0]?.data;

// With the type of the data alone the columns are not known: any name goes in, and unknown comes out.
const untyped = createSessions<Shop>({
  ...options,
  columns: (data) => ({ userId: data.userId, anything: 1 }),
  maxPerOwner: { column: "anything", max: 5 },
});
await untyped.list({ anything: { lt: 7 }, OR: [{ userId: 7 }] });
await untyped.revoke({ anything: 7 }, { except: session });
const [row] = await untyped.list({});
row?.keyHash satisfies string | undefined;
row?.expireDate satisfies Date | undefined;
row?.anything satisfies unknown;
createSessions<Shop>({ store: memoryStore(), secret, columns: ({ userId }) => ({ userId }) });

// @ts-expect-error unknown
row?.userId satisfies number | null | undefined;
// @ts-expect-error no condition
await untyped.list("userId");
// @ts-expect-error no condition
await untyped.revoke([{ userId: 7 }]);
// @ts-expect-error a condition may not be forgotten
await untyped.revoke();
// @ts-expect-error the package fills it
createSessions<Shop>({ ...options, columns: () => ({ key: "" }) });
// @ts-expect-error not at once
createSessions<Shop>({ ...options, columns: async () => ({ userId: 7 }) });

// With no type named, the model gives the columns, and what `columns` says of its argument gives the data.
const inferred = createSessions({
  ...options,
  columns: ({ userId }: { userId?: number }) => ({ userId: userId ?? null, ...other }),
  maxPerOwner: { column: "userId", max: 5 },
});
(await inferred.list({ userId: 7 })) satisfies (typeof listed)[];
inferred.open().get("userId") satisfies number | undefined;

// @ts-expect-error a wrong name
await inferred.revoke({ userID: 7 });
// @ts-expect-error the data are unknown
createSessions({ ...options, columns: (data) => ({ userId: data.userId ?? null, ...other }) });
