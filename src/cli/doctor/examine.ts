import { ConfigError } from "../../errors.ts";
import { prismaStore } from "../../store/prisma/prisma-store.ts";
import type { Columns } from "../../store/session-store.ts";
import { messageOf } from "../command-error.ts";
import { blamingFile } from "../load-client.ts";
import { modelOf, primaryOf } from "../session-model.ts";
import { reach } from "./checks/connection.ts";
import { clientFacts } from "./client-facts.ts";
import { diagnose, type Result } from "./diagnose.ts";
import { findingOf } from "./finding-of.ts";
import { limited } from "./limit.ts";
import { Probes } from "./probes.ts";
import { openSql } from "./sql.ts";
import { openTable } from "./sql-table.ts";

interface Examination {
  /** The file that exports the client. */
  readonly file: string;
  /** The property of the client that is the session model. */
  readonly model: string;
  /** The values of the user's own columns that an INSERT needs. */
  readonly columns: Columns;
  readonly readOnly: boolean;
  readonly stop: AbortSignal;
  readonly now: () => Date;
}

/**
 * Runs all checks of `doctor` on a client.
 *
 * @throws CommandError if the client has no such model
 */
export async function examine(client: object, options: Examination): Promise<readonly Result[]> {
  const { file, columns, stop, now } = options;
  const prepared = await blamingFile(file, () => prepare(client, options));
  if ("problem" in prepared) return [prepared.problem];
  const { primary, ...facts } = prepared;
  const unreachable = await limited(stop, () => reach(facts.client, facts.store)).catch((error) => findingOf(error));
  if (stop.aborted) return [];
  if (unreachable) return [{ id: "connection", ...unreachable }];
  const noAnswer = (error: unknown) => `the database did not answer: ${messageOf(error)}`;
  const sql = await limited(stop, () => openSql(primary, facts.client.provider)).catch(noAnswer);
  const table = await limited(stop, () => openTable(sql, facts.client)).catch(noAnswer);
  const probes = new Probes(facts.store, columns, now);
  return diagnose({ ...facts, sql, table, probes, now }, options);
}

/** Reads the client without using the database. Reading a client's properties may throw. */
function prepare(client: object, options: Examination) {
  const primary = primaryOf(client);
  const model = modelOf(primary, options.model);
  const facts = clientFacts(client, model, options.file);
  try {
    const store = prismaStore(model);
    const replicaStore = facts.hasReplicas ? prismaStore(modelOf(client, options.model)) : undefined;
    return { primary, client: facts, model, store, replicaStore };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problem: Result = { id: "model", ...findingOf(error) };
    return { problem };
  }
}
