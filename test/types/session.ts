// Compile-only: what the dictionary knows of the user's data. `npm run check` compiles this.
import { createSessions, memoryStore, type SessionsOptions } from "prisma-db-session";
import { createNextSessions } from "prisma-db-session/next";

interface Shop {
  userId: number;
  cart: string[];
}

const options = { store: memoryStore(), secret: process.env.SESSION_SECRET } satisfies SessionsOptions;
const session = createSessions<Shop>(options).open();

session.get("userId") satisfies number | undefined;
session.get("userId", 0) satisfies number;
session.get("userId", null) satisfies number | null;
session.get("cart", []) satisfies string[];
session.get("cart", []).push("tea");
session.pop("cart", []) satisfies string[];
session.setDefault("cart", []) satisfies string[];
session.keys() satisfies ("userId" | "cart")[];
session.toJSON() satisfies Partial<Shop>;
for (const [key, value] of session) ({ key, value }) satisfies { key: "userId" | "cart"; value: number | string[] };
session.set("userId", 7);
session.update({ cart: [] });
session.setExpiry(new Date());
session.setExpiry(null);

// @ts-expect-error not a key of the data
session.get("user");
// @ts-expect-error another type of item
session.get("cart", []).push(7);
// @ts-expect-error a key must be given, or none: `destroy()` signs out
session.destroy(undefined);
// @ts-expect-error a key must be given, or none
session.destroy(session.sessionKey);
// @ts-expect-error another type
session.set("userId", "7");
// @ts-expect-error another type
session.update({ cart: [7] });
// @ts-expect-error may be undefined
session.get("userId") satisfies number;
// @ts-expect-error read-only
session.sessionKey = "a".repeat(32);
// @ts-expect-error no such thing as an undefined expiry
session.setExpiry(undefined);

// Without a type for the data, anything goes in, and unknown comes out.
const untyped = await createNextSessions(options).getSession();
untyped.set("anything", 1);
untyped.get("anything") satisfies unknown;
// @ts-expect-error unknown
untyped.get("anything") satisfies number;

// @ts-expect-error the secret may not be forgotten
createSessions({ store: memoryStore() });
// @ts-expect-error always HttpOnly
createSessions({ ...options, cookie: { httpOnly: false } });

// withSession() keeps the other arguments and the result of a handler, be it asynchronous, or now and then.
const { withSession } = createNextSessions<Shop>(options);
const count = withSession((session, by: number, name?: string) => (session.get("userId", 0) > by ? by : (name ?? "")));
count satisfies (by: number, name?: string) => Promise<number | string>;
withSession(async (_session, n: number) => n) satisfies (n: number) => Promise<number>;
withSession((_session, n: number) => (n > 1 ? Promise.resolve("x") : 2)) satisfies (
  n: number,
) => Promise<string | number>;
withSession((_session, request: Request, { params }: { params: Promise<{ id: string }> }) =>
  params.then(({ id }) => Response.json({ id, url: request.url })),
) satisfies (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>;
withSession(<Kind extends string>(_session: unknown, kind: Kind) => kind) satisfies (kind: string) => Promise<string>;
// @ts-expect-error another type
withSession((session) => session.set("userId", "7"));
// @ts-expect-error another argument
count("7");
