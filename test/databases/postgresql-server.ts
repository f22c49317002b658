import { setTimeout } from "node:timers/promises";
import { PostgreSqlContainer, type StartedPostgreSqlContainer } from "@testcontainers/postgresql";
import { getContainerRuntimeClient } from "testcontainers";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import type { Server } from "./server-process.ts";
import type { PostgresBinaries } from "./types.ts";

/** `scripts/ci/postgres-image.sh` says what there is where this one cannot be pulled. */
const IMAGE = process.env.TEST_POSTGRES_IMAGE || "postgres:18-alpine";

/** Nothing here outlives the run, so nothing has to survive a loss of power. */
const SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"];
const flags = SETTINGS.flatMap((setting) => ["-c", setting]);

/** A container where they are required; else `TEST_POSTGRES_URL`, a container, or PostgreSQL from npm. */
export async function startPostgresql(binaries: PostgresBinaries): Promise<Server> {
  const { REQUIRE_CONTAINERS, TEST_POSTGRES_URL } = process.env;
  if (REQUIRE_CONTAINERS === "1") return startContainer();
  if (TEST_POSTGRES_URL) return { url: TEST_POSTGRES_URL, stop: async () => {} };
  try {
    return await startContainer();
  } catch (noContainer) {
    try {
      if ("skipReason" in binaries) throw new Error(binaries.skipReason);
      const { url, stop } = await startEmbeddedPostgres(binaries.folder, flags);
      return { url, stop };
    } catch (noEmbedded) {
      throw new Error(
        `No container: ${message(noContainer)}. Not from npm: ${message(noEmbedded)}. ` +
          "Start Docker, or set TEST_POSTGRES_URL to the URL of a server on which the tests may create databases",
      );
    }
  }
}

async function startContainer(): Promise<Server> {
  // A socket where nobody answers would be waited for without end.
  await Promise.race([
    getContainerRuntimeClient(),
    setTimeout(5000, undefined, { ref: false }).then(() => {
      throw new Error("the container engine does not answer");
    }),
  ]);
  // On a busy machine, the port of a container is sometimes not reached. The next container has another port.
  const container = await runContainer().catch(runContainer);
  return {
    url: container.getConnectionUri(),
    async stop() {
      await container.stop();
    },
  };
}

/** An error ends with what the container printed. */
async function runContainer(): Promise<StartedPostgreSqlContainer> {
  const printed: string[] = [];
  try {
    return await new PostgreSqlContainer(IMAGE)
      .withCommand(["postgres", ...flags])
      .withStartupTimeout(60_000)
      .withLogConsumer((stream) => void stream.on("data", (line) => printed.push(String(line))))
      .start();
  } catch (error) {
    throw new Error(`${message(error)}. The container printed: ${printed.slice(-20).join("")}`, { cause: error });
  }
}

const message = (error: unknown) => (error instanceof Error ? error.message : String(error));
