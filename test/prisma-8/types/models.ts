import postgres from "@prisma/orm-postgres/runtime";
import type { Prisma8Model } from "../../../src/store/prisma-8/model-types.ts";
import type { Contract as Owned } from "../postgresql/generated/owned/contract.d.ts";
import ownedJson from "../postgresql/generated/owned/contract.json" with { type: "json" };
import type { Contract } from "../postgresql/generated/session/contract.d.ts";
import contractJson from "../postgresql/generated/session/contract.json" with { type: "json" };
import type { Contract as Unfit } from "../postgresql/generated/unfit/contract.d.ts";
import unfitJson from "../postgresql/generated/unfit/contract.json" with { type: "json" };

declare function prisma8Store(model: Prisma8Model): void;

const db = postgres<Contract>({ contractJson });
const owned = postgres<Owned>({ contractJson: ownedJson });
const unfit = postgres<Unfit>({ contractJson: unfitJson });

prisma8Store(db.orm.public.Session);
prisma8Store(owned.orm.public.Session);
await db.transaction(async (tx) => prisma8Store(tx.orm.public.Session));

// @ts-expect-error a client
prisma8Store(db);
// @ts-expect-error a namespace
prisma8Store(db.orm.public);
// @ts-expect-error
prisma8Store(db.orm);
// @ts-expect-error
prisma8Store(unfit.orm.public.TextDate);
// @ts-expect-error
prisma8Store(unfit.orm.public.NullableDate);
// @ts-expect-error
prisma8Store(unfit.orm.public.NoDate);
// @ts-expect-error
prisma8Store(unfit.orm.public.NumberKey);
