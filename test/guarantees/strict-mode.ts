import { expect } from "vitest";
import type { Provider, TestClient } from "../databases/types.ts";

/**
 * On MySQL and MariaDB the guarantees hold in strict mode. Without it, the database cuts a text that is too long for its
 * column, and acknowledges the write. So each proof on these databases checks the mode of its own connection.
 */
export async function expectStrictMode(client: TestClient, provider: Provider): Promise<void> {
  if (provider !== "mysql") return;
  const [row] = await client.$queryRawUnsafe<{ mode: string }[]>("SELECT @@SESSION.sql_mode AS mode");
  expect(row?.mode).toMatch(/\bSTRICT_(TRANS|ALL)_TABLES\b/);
}
