// `check()` in instrumentation.ts, as docs/deployment.md has it: which servers stay up, and what they print.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { build, start } from "./fixtures/app.ts";
import type { Target } from "./fixtures/targets.ts";

export const checkTests = (target: Target) =>
  describe(`check() in instrumentation.ts, ${target.title}`, () => {
    async function started(variables: Readonly<Record<string, string>>) {
      const { folder, log } = await build(target);
      expect(log, "next build checks nothing").not.toMatch(/ConfigError|SESSION_SECRET/);
      const app = await start(folder, "start", variables);
      onTestFinished(() => app.stop());
      return app;
    }

    /** A database that is there, and has no table. */
    async function emptyDatabase(): Promise<string> {
      const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-check-"));
      onTestFinished(() => rm(directory, { recursive: true }));
      return `file:${directory}/empty.db`;
    }

    it.each([
      ["the secret is missing", async () => ({ SESSION_SECRET: "" }), "`secret` is missing."],
      [
        "the migration was forgotten",
        async () => ({ DATABASE_URL: await emptyDatabase() }),
        "Cannot use the session table because the database does not have it",
      ],
    ])("ends the server if %s, and says so", async (_, variables, message) => {
      const app = await started(await variables());
      await vi.waitFor(() => expect(fetch(app.url)).rejects.toThrow("fetch failed"), 20_000);
      expect(await app.log()).toMatch(/ConfigError\]?: /);
      expect(await app.log()).toContain(message);
    });

    it("prints any other error, and the server goes on", async () => {
      const app = await started({ DATABASE_URL: `file:${tmpdir()}/no-such-folder/at.db` });
      expect((await fetch(`${app.url}/landing`)).status).toBe(200);
      expect(await app.log()).toMatch(/Unable to open|SQLITE_CANTOPEN|ConnectionFailed/);
    });

    it("is one statement of a server that is in order, which prints nothing", async () => {
      const app = await started({});
      const seen: unknown = await (await fetch(`${app.url}/observed`, { method: "POST" })).json();
      expect(seen).toMatchObject({ statements: [expect.stringMatching(/^SELECT .*`data`.* LIMIT/s)], errors: [] });
      expect(await app.log()).not.toMatch(/error/i);
    });
  });
