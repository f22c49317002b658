import postgres from "@prisma/orm-postgres/runtime";
import { createSessions } from "prisma-db-session";
import { prisma8Store } from "prisma-db-session/prisma-8";
import type { Contract as Owned } from "../postgresql/generated/owned/contract.d.ts";
import ownedJson from "../postgresql/generated/owned/contract.json" with { type: "json" };
import type { Contract } from "../postgresql/generated/session/contract.d.ts";
import contractJson from "../postgresql/generated/session/contract.json" with { type: "json" };
import type { Contract as Unfit } from "../postgresql/generated/unfit/contract.d.ts";
import unfitJson from "../postgresql/generated/unfit/contract.json" with { type: "json" };

const secret = "x".repeat(32);
const db = postgres<Contract>({ contractJson });
const owned = postgres<Owned>({ contractJson: ownedJson });
const unfit = postgres<Unfit>({ contractJson: unfitJson });

createSessions({ store: prisma8Store(db.orm.public.Session), secret });
prisma8Store(owned.orm.public.Session);
await db.transaction(async (transaction) => prisma8Store(transaction.orm.public.Session));

// @ts-expect-error a client
prisma8Store(db);
// @ts-expect-error the namespaces
prisma8Store(db.orm);
// @ts-expect-error a namespace
prisma8Store(db.orm.public);
// @ts-expect-error a date as text
prisma8Store(unfit.orm.public.TextDate);
// @ts-expect-error a date that may be null
prisma8Store(unfit.orm.public.NullableDate);
// @ts-expect-error no date
prisma8Store(unfit.orm.public.NoDate);
// @ts-expect-error a number as the key
prisma8Store(unfit.orm.public.NumberKey);
// @ts-expect-error a model of Prisma 8 is none of Prisma 7
createSessions({ model: db.orm.public.Session, secret });
