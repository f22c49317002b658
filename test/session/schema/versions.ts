import {
  createSessions,
  memoryStore,
  type SchemaResult,
  type SessionEvent,
  type SessionsOptions,
  type StandardSchema,
} from "prisma-db-session";
import { z } from "zod";
import { SECRET } from "../../support.ts";

export interface Shop {
  userId?: number;
  cart?: { product: string; amount: number }[];
}

export const zodShop = z.object({
  userId: z.int().optional(),
  cart: z.array(z.object({ product: z.string(), amount: z.number() })).optional(),
});

/** Two versions of an application over one table. The older one has no schema. */
export function versions<Data extends object>(
  schema: StandardSchema<Data>,
  { store = memoryStore(), ...options }: Partial<SessionsOptions> = {},
) {
  const events: SessionEvent[] = [];
  const onEvent = (event: SessionEvent) => events.push(event);
  return {
    older: createSessions({ store, secret: SECRET, ...options }),
    newer: createSessions({
      store,
      secret: SECRET,
      onEvent,
      ...options,
      schema: schema as StandardSchema<never>,
    }) as ReturnType<typeof createSessions<Data>>,
    store,
    hidden: () => events.flatMap((event) => (event.type === "hidden" ? [event.keys] : [])),
  };
}

/** Saves a session with these data, and returns its key. */
export async function savedBy(sessions: { open(): OpenSession }, data: object): Promise<string> {
  const session = sessions.open();
  session.update(data);
  await session.save();
  return session.sessionKey as string;
}

export interface OpenSession {
  update(data: object): void;
  save(): Promise<void>;
  readonly sessionKey: string | null;
}

/** A schema of one rule for the whole dictionary. */
export const ruled = (
  rule: (data: Record<string, unknown>) => SchemaResult | Promise<SchemaResult>,
): StandardSchema<Record<string, unknown>> => ({
  "~standard": { version: 1, vendor: "test", validate: (value) => rule(value as Record<string, unknown>) },
});
