import { existsSync } from "node:fs";
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { ContractName } from "../prisma-8/client.ts";
import { migration, statementsIn } from "./sql.ts";
import type { AnyTestClient, OwnedTestClient, Provider, TestClient } from "./types.ts";

interface ClientOptions {
  readonly adapter: SqlDriverAdapterFactory;
  readonly log: { emit: "event"; level: "query" }[];
}

/** A session table, and the client that was generated for it. */
export interface Table<Client extends AnyTestClient> {
  /** Its contract for Prisma 8. */
  readonly contract: ContractName;
  /** What makes the table. */
  readonly statements: (provider: Provider) => Promise<string[]>;
  readonly client: (provider: Provider) => Promise<new (options: ClientOptions) => Client>;
}

/** The table of the package's own migration. */
export const sessionTable: Table<TestClient> = {
  contract: "session",
  statements: migration,
  client: generatedClient,
};

/** The same with columns of the user's own. */
export const ownedTable: Table<OwnedTestClient> = {
  contract: "owned",
  async statements(provider) {
    const ownColumns = await statementsIn(new URL(`owned/${provider}.sql`, import.meta.url));
    return [...(await migration(provider)), ...ownColumns];
  },
  client: (provider) => generatedClient(`owned-${provider}`),
};

async function generatedClient(name: string) {
  const file = new URL(`../../generated/${name}/client.ts`, import.meta.url);
  if (!existsSync(file)) {
    throw new Error(`generated/${name} is missing. Run "node scripts/generate.mjs".`);
  }
  return (await import(/* @vite-ignore */ file.href)).PrismaClient;
}
