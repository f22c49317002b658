// Compile-only: what the types of a session table with columns of the user's own must be, whichever Prisma generated its client.
import type { FilledColumns, ListedSession, ModelWhere, SessionDelegate } from "prisma-db-session";

interface Filled {
  readonly userId: number | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdAt?: Date | string;
  readonly key?: never;
  readonly data?: never;
  readonly expireDate?: never;
}

interface Listed {
  userId: number | null;
  address: string | null;
  userAgent: string | null;
  createdAt: Date;
  readonly expireDate: Date;
  readonly keyHash: string;
}

/** By what each name can be asked for without an operator. */
interface Where {
  AND: never;
  OR: never;
  NOT: never;
  key: string;
  data: string;
  expireDate: Date | string;
  userId: number | null;
  address: string | null;
  userAgent: string | null;
  createdAt: Date | string;
}

type ValuesOf<Conditions> = {
  [Name in keyof Conditions]-?: Extract<Conditions[Name], string | number | boolean | Date | null>;
};

/** Whether two types are one and the same; `any` is like none, and no name may be missing or too many. */
type Same<One, Other> =
  (<T>() => T extends Flat<One> ? 1 : 2) extends <T>() => T extends Flat<Other> ? 1 : 2 ? true : false;
type Flat<Type> = { [Name in keyof Type]: Type[Name] };

export declare function hold<Model extends SessionDelegate>(
  model: Model,
  filled: Same<FilledColumns<Model>, Filled>,
  listed: Same<ListedSession<Model>, Listed>,
  where: Same<ValuesOf<ModelWhere<Model>>, Where>,
): void;

export interface Shop {
  userId: number;
}

export const secret = process.env.SESSION_SECRET;
/** Options that each client must refuse. */
export const wrong = { columns: () => ({ userId: "7", address: null, userAgent: null }) };
/** Options that each client must take. */
export const right = {
  columns: ({ userId }: Partial<Shop>) => ({ userId: userId ?? null, address: null, userAgent: null }),
  maxPerOwner: { column: "userId", max: 5 },
} as const;
