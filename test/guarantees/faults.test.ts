import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { databases } from "../databases/index.ts";
import { hasRowLocks } from "../databases/waiting.ts";
import { skippedBecause } from "../skipped.ts";
import { impatientStore } from "./impatient-client.ts";
import { formatCounts } from "./ledger.ts";
import { proveUnderLoad } from "./prove-under-load.ts";
import { report, scale } from "./scale.ts";
import { SEED, seededRandom } from "./seeded-random.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const PORTS: Readonly<Record<string, number>> = { postgresql: 5432, mysql: 3306 };
const SECONDS = scale({ test: 4, prove: 60 });

for (const { name, prisma: version, provider, skipReason, create } of databases.filter(hasRowLocks)) {
  it.skipIf(skipReason)(
    `Over connections that fail nothing is lost, halved, repeated or brought back: ${name}${skippedBecause(skipReason)}`,
    async () => {
      const { url, prisma, drop } = await create();
      onTestFinished(drop);
      const { hostname, port } = new URL(url);
      const proxy = await startTcpProxy(hostname, Number(port) || PORTS[provider] || 0, seededRandom(SEED));
      onTestFinished(proxy.stop);
      const through = Object.assign(new URL(url), { hostname: "127.0.0.1", port: `${proxy.port}` });
      await proveUnderLoad({
        title: `${name} over connections that fail`,
        provider,
        clients: [await impatientStore({ prisma: version, provider }, through.href)],
        async faults() {
          proxy.rage(true);
          await wait(SECONDS * 1000);
          proxy.rage(false);
        },
        async afterwards() {
          await proxy.drained();
          return prisma;
        },
      });
      report(`faults: ${formatCounts(proxy.faults)}`);
      const happened = Object.values(proxy.faults).filter((count) => count > 0);
      expect(happened.length).toBeGreaterThanOrEqual(scale({ test: 1, prove: Object.keys(proxy.faults).length }));
    },
  );
}
