import { createSessions } from "prisma-db-session";
import { afterEach, describe, expect, it } from "vitest";
import { mariadb } from "../databases/mariadb.ts";
import { postgresql } from "../databases/postgresql.ts";
import type { TestDatabase } from "../databases/types.ts";
import { SECRET } from "../support.ts";
import { audit } from "./audit.ts";
import { impatientClient } from "./impatient-client.ts";
import { formatCounts, Ledger, readTable } from "./ledger.ts";
import { runLoad } from "./load.ts";
import { report, scale } from "./scale.ts";
import { SEED, seededRandom } from "./seeded-random.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { watchModel } from "./watched-model.ts";

const SECONDS = scale({ test: 4, prove: 60 });

describe.each([postgresql, mariadb] as const)("Behind a connection that fails, on $name", (database) => {
  const { skipReason, provider } = database;
  let db: TestDatabase | undefined;
  let proxy: TcpProxy | undefined;

  afterEach(async () => {
    await proxy?.stop();
    await db?.drop();
  });

  it.skipIf(skipReason !== undefined)(
    `nothing acknowledged is lost, nothing is half there or twice, and nothing flushed comes back${skipReason ? ` (skipped: ${skipReason})` : ""}`,
    async () => {
      db = await database.create();
      const random = seededRandom(SEED);
      const url = new URL(db.url);
      proxy = await startTcpProxy(url.hostname, Number(url.port), random);
      url.hostname = "127.0.0.1";
      url.port = `${proxy.port}`;
      const client = await impatientClient(provider as "postgresql" | "mysql", url.href);
      const { model, threw } = watchModel(client.session);
      const ledger = new Ledger();

      proxy.rage(true);
      const end = Date.now() + SECONDS * 1000;
      await runLoad({
        ledger,
        random,
        sessions: (randomKey) => createSessions({ model, secret: SECRET, randomKey }),
        isOfDatabase: threw,
        isOver: () => Date.now() > end,
      });
      proxy.rage(false);
      await client.$disconnect();
      await proxy.drained();

      const direct = db.prisma.session;
      const { load } = createSessions({ model: direct, secret: SECRET });
      const { lies, curiosities } = audit(ledger, await readTable(ledger, load, () => direct.count()));
      report(`${database.name}, seed ${SEED}`);
      for (const line of ledger.summary()) report(line);
      report(`faults: ${formatCounts(proxy.faults)}`);
      report(`curiosities: ${formatCounts({ ...curiosities })}`);
      expect(lies, `with SEED=${SEED}`).toEqual([]);
    },
  );
});
