import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { skippedBecause } from "../../skipped.ts";
import { runIn } from "../support.ts";
import { filesIn, freshApp, init, schemaFor, text } from "./support.ts";

beforeEach(() => {
  vi.stubEnv("SESSION_SECRET", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("init", () => {
  it("shows what it adds, writes it, and says what comes next", async () => {
    const path = await freshApp({ ".gitignore": ".env*\n" });
    const { exitCode, stdout, stderr } = await init(path, "--yes");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toBe(`--- prisma/schema.prisma
+++ prisma/schema.prisma
@@ -8,0 +9,11 @@
+
+model Session {
+  key        String   @id
+  data       String
+  expireDate DateTime @map("expire_date")
+  userId     Int?     @map("user_id")
+
+  @@index([expireDate])
+  @@index([userId])
+  @@map("session")
+}

--- /dev/null
+++ lib/session.ts
@@ -0,0 +1,14 @@
+// lib/session.ts
+import { createNextSessions } from "prisma-db-session/next";
+import { prisma } from "./prisma";
+
+/** What a session holds. Add the keys of your app. */
+interface SessionData {
+  userId: number;
+}
+
+export const { getSession, withSession, list, revoke } = createNextSessions<SessionData, typeof prisma.session>({
+  model: prisma.session,
+  secret: process.env.SESSION_SECRET,
+  columns: (data) => ({ userId: data.userId ?? null }),
+});

--- /dev/null
+++ .env
@@ -0,0 +1,1 @@
+SESSION_SECRET=(a new secret, not shown)

Wrote prisma/schema.prisma, lib/session.ts, .env.

Next:
  npx prisma@7 migrate dev --name session
  npx prisma@7 generate
  import { getSession, withSession } from "@/lib/session";
`);
    const [, secret = ""] = /^SESSION_SECRET=([\w-]{43})\n$/.exec(await text(path, ".env")) ?? [];
    expect(secret).not.toBe("");
    expect(stdout + stderr).not.toContain(secret);
    const added = stdout.match(/^\+(?!\+\+ ).*$/gm)?.map((line) => line.slice(1));
    expect(`${(added ?? []).slice(0, 11).join("\n")}\n`).toBe(
      (await text(path, "prisma/schema.prisma")).slice(schemaFor("sqlite").length),
    );
    expect(`${(added ?? []).slice(11, -1).join("\n")}\n`).toBe(await text(path, "lib/session.ts"));
  });

  it("changes nothing when it is run again, and says so", async () => {
    const path = await freshApp();
    await init(path, "--yes");
    const files = await filesIn(path);
    // Without --yes, and without a terminal: there is nothing to ask.
    const { exitCode, stdout } = await init(path);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      'Nothing to write: everything is there.\n\nNext:\n  import { getSession, withSession } from "@/lib/session";\n',
    );
    expect(await filesIn(path)).toEqual(files);
  });

  it.each([
    ["y", 0, true],
    ["n", 1, false],
    ["", 1, false],
  ])("asks, and the answer '%s' ends it with %i", async (answer, code, writes) => {
    const path = await freshApp();
    const before = await filesIn(path);
    const questions: string[] = [];
    const host = {
      async ask(question: string) {
        questions.push(question);
        return answer;
      },
    };
    const { exitCode } = await runIn(path, ["init"], { host });
    expect({ exitCode, questions }).toEqual({ exitCode: code, questions: ["Write this? [y/N] "] });
    expect("lib/session.ts" in (await filesIn(path))).toBe(writes);
    if (!writes) expect(await filesIn(path)).toEqual(before);
  });

  it("writes nothing without a terminal and without --yes", async () => {
    const path = await freshApp();
    const before = await filesIn(path);
    const { exitCode, stdout, stderr } = await init(path);
    expect(exitCode).toBe(2);
    expect(stdout).toContain("+model Session {");
    expect(stderr).toBe(
      "prisma-db-session: Cannot ask because standard input is not a terminal. Nothing was written. Add --yes to go ahead without a question.\n",
    );
    expect(await filesIn(path)).toEqual(before);
  });

  it("prints the result as one line of JSON, and the changes on standard error", async () => {
    const path = await freshApp({ ".gitignore": ".env*\n" });
    const { stdout, stderr } = await init(path, "--yes", "--json");
    expect(JSON.parse(stdout)).toEqual({
      written: ["prisma/schema.prisma", "lib/session.ts", ".env"],
      notes: [],
      next: [
        "npx prisma@7 migrate dev --name session",
        "npx prisma@7 generate",
        'import { getSession, withSession } from "@/lib/session";',
      ],
    });
    expect(stderr).toContain("+model Session {");
    expect(JSON.parse((await init(path, "--json")).stdout)).toMatchObject({ written: [] });
  });

  it.each([
    [
      "a file that has changed while it asked",
      async (path: string) => writeFile(join(path, "prisma/schema.prisma"), schemaFor("sqlite", "// mine\n")),
      "prisma/schema.prisma because it has changed in the meantime",
    ],
    [
      "a file that has come while it asked",
      async (path: string) => writeFile(join(path, ".env"), "OTHER=1\n"),
      ".env because EEXIST",
    ],
  ])("overwrites nothing: %s", async (_, meanwhile, what) => {
    const path = await freshApp();
    const host = { ask: async () => meanwhile(path).then(() => "y") };
    const { exitCode, stderr } = await runIn(path, ["init"], { host });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(what);
    expect((await filesIn(path))[".env"] ?? "OTHER=1\n").toBe("OTHER=1\n");
    // What was written before is named.
    if (what.startsWith(".env")) expect(stderr).toContain("prisma/schema.prisma, lib/session.ts was written.\n");
  });

  it("writes nothing if it cannot write all: lib is a file", async () => {
    const path = await freshApp({ "lib/prisma.ts": undefined, lib: "" });
    const before = await filesIn(path);
    const { exitCode, stderr } = await init(path, "--yes");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^prisma-db-session: Cannot write \S+\/lib\/session\.ts because \S+\/lib is not a folder\. Make/,
    );
    expect(await filesIn(path)).toEqual(before);
  });

  const isRoot = process.getuid?.() === 0 ? "root may write every file. Run the tests as another user" : undefined;
  it.skipIf(isRoot)(`writes nothing if a file is read-only${skippedBecause(isRoot)}`, async () => {
    const path = await freshApp({ ".env": "A=1\n" });
    const before = await filesIn(path);
    for (const name of [".env", "prisma/schema.prisma"]) {
      await chmod(join(path, name), 0o400);
      const { exitCode, stderr } = await init(path, "--yes");
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${name} because EACCES`);
      await chmod(join(path, name), 0o600);
      expect(await filesIn(path)).toEqual(before);
    }
  });
});

describe("the session file", () => {
  const sessionOf = async (path: string, name = "lib/session.ts") => {
    await init(path, "--yes");
    return text(path, name);
  };

  it.each([
    ["lib/db.ts", "export const db = new PrismaClient();", '{ db } from "./db"', "db.session"],
    ["lib/prisma.ts", "const x = new PrismaClient(); export default x;", 'prisma from "./prisma"', "prisma.session"],
    ["lib/prisma/index.ts", "const { prisma } = g; export { prisma }; PrismaClient", '{ prisma } from "./prisma"', ""],
    [
      "server/db.ts",
      "export const other = 1, a = new PrismaClient(); export { a as db };",
      '{ db } from "../server/db"',
      "",
    ],
    ["db.ts", "export const { prisma } = shared; // PrismaClient", '{ prisma } from "../db"', ""],
    ["prisma/client.js", "export let prisma = new PrismaClient()", '{ prisma } from "../prisma/client"', ""],
  ])("uses the client of %s", async (name, code, from, delegate) => {
    const path = await freshApp({ "lib/prisma.ts": undefined, [name]: code });
    const session = await sessionOf(path);
    expect(session).toContain(`import ${from};\n`);
    expect(session).toContain(`model: ${delegate}`);
  });

  it.each([
    ["there is none", undefined],
    ["its exports have other names", "export const makeClient = () => new PrismaClient();"],
    ["it is commented out", "// export const prisma = new PrismaClient();"],
  ])("says what to do about a client if %s", async (_, code) => {
    const path = await freshApp({ "lib/prisma.ts": code });
    const { exitCode, stdout } = await init(path, "--yes");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      "No module that exports your Prisma client was found. Write lib/prisma.ts with `export const prisma = new PrismaClient(...)`",
    );
    expect(await text(path, "lib/session.ts")).toContain('import { prisma } from "./prisma";');
  });

  it("lies in src if the app does", async () => {
    const path = await freshApp({
      "src/app/page.tsx": "",
      "lib/prisma.ts": undefined,
      "src/lib/prisma.ts": "export const prisma = new PrismaClient();",
      "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
    });
    const { stdout } = await init(path, "--yes");
    expect(await text(path, "src/lib/session.ts")).toContain('from "./prisma";');
    expect(stdout).toContain('import { getSession, withSession } from "@/lib/session";');
  });

  it("is JavaScript in an app without TypeScript", async () => {
    const path = await freshApp({ "tsconfig.json": undefined });
    const session = await sessionOf(path, "lib/session.js");
    expect(session).toContain("= createNextSessions({\n");
    expect(session).not.toContain("interface");
  });

  it("leaves a file of the same name alone, and takes another name", async () => {
    const mine = "export const mine = 1;\n";
    const path = await freshApp({ "lib/session.tsx": mine });
    const { stdout } = await init(path, "--yes");
    expect(await text(path, "lib/session.tsx")).toBe(mine);
    expect(await text(path, "lib/db-session.ts")).toContain("createNextSessions");
    expect(stdout).toContain('from "@/lib/db-session";');
    expect((await init(path)).stdout).toMatch(/^Nothing to write/);
  });

  it("leaves two such files alone, and says so", async () => {
    const path = await freshApp({ "lib/session.ts": "1", "lib/db-session/index.ts": "2" });
    const { exitCode, stdout } = await init(path, "--yes");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("Wrote prisma/schema.prisma, .env.\n");
    expect(stdout).toContain("lib/session and lib/db-session exist and do not use prisma-db-session.");
    expect(await text(path, "lib/session.ts")).toBe("1");
  });

  it("leaves a link that leads nowhere alone", async () => {
    const path = await freshApp();
    await symlink(join(path, "away.ts"), join(path, "lib/session.ts"));
    await init(path, "--yes");
    expect(Object.keys(await filesIn(path))).not.toContain("away.ts");
    expect(await text(path, "lib/db-session.ts")).toContain("createNextSessions");
  });

  it("is written where a link of its folder leads", async () => {
    const path = await freshApp({ "lib/prisma.ts": undefined });
    await rm(join(path, "lib"), { recursive: true, force: true });
    await mkdir(join(path, "shared"));
    await symlink(join(path, "shared"), join(path, "lib"));
    await init(path, "--yes");
    expect(await text(path, "shared/session.ts")).toContain("createNextSessions");
  });
});
