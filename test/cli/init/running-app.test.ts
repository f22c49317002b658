// A fresh Next.js app with Prisma: `init`, the commands that it prints, and then a sign-in over HTTP.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { freePort, startServer } from "../../databases/server-process.ts";
import { root } from "../support.ts";

const run = promisify(execFile);

/** What `create-next-app` and Prisma's guide for Next.js make. */
const FRESH_APP = {
  "next.config.mjs": `export default ${JSON.stringify({ turbopack: { root }, outputFileTracingRoot: root })};\n`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      target: "ES2022",
      lib: ["dom", "esnext"],
      module: "esnext",
      moduleResolution: "bundler",
      jsx: "react-jsx",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      esModuleInterop: true,
      isolatedModules: true,
      resolveJsonModule: true,
      types: ["node"],
      paths: { "@/*": ["./*"] },
    },
    include: ["**/*.ts", "**/*.tsx"],
    exclude: ["node_modules"],
  }),
  ".env": "DATABASE_URL=file:./dev.db",
  "prisma.config.ts": `import "./load-env.mjs";
import { defineConfig, env } from "prisma/config";
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  datasource: { url: env("DATABASE_URL") },
});
`,
  // Instead of dotenv, which this repository does not have.
  "load-env.mjs": `process.loadEnvFile(new URL(".env", import.meta.url));\n`,
  "prisma/schema.prisma": `generator client {
  provider = "prisma-client"
  output   = "../app/generated/prisma"
}

datasource db {
  provider = "sqlite"
}

model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
`,
  "lib/prisma.ts": `import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "../app/generated/prisma/client";

const adapter = new PrismaLibSql({ url: process.env.DATABASE_URL ?? "", timeout: 5000 });
export const prisma = new PrismaClient({ adapter });
`,
  "app/layout.tsx": `export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
};

/** What the reader of the README writes next, with the import that `init` prints. */
const signIn = (importLine: string) => ({
  "app/sign-in/route.ts": `${importLine.replace("getSession, ", "")}
import { prisma } from "@/lib/prisma";

export const POST = withSession(async (session, request: Request) => {
  const email = String((await request.formData()).get("email"));
  const user = await prisma.user.upsert({ where: { email }, create: { email }, update: {} });
  await session.markAuthenticated({ userId: user.id });
  return new Response(null, { status: 204 });
});
`,
  "app/page.tsx": `${importLine.replace(", withSession", "")}

export default async function Page() {
  const session = await getSession();
  return <p>{session.has("userId") ? \`user \${session.get("userId")}\` : "nobody"}</p>;
}
`,
});

async function writeFiles(folder: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function freshApp(): Promise<string> {
  const folder = join(root, "generated/next/apps/init");
  await rm(folder, { recursive: true, force: true });
  await writeFiles(folder, { ...FRESH_APP, "package.json": JSON.stringify({ private: true, type: "module" }) });
  await mkdir(join(folder, "node_modules"));
  const { resolve } = createRequire(join(root, "package.json"));
  for (const name of ["next", "react", "react-dom"]) {
    await symlink(dirname(resolve(`${name}/package.json`)), join(folder, "node_modules", name), "junction");
  }
  const installed = join(folder, "node_modules/prisma-db-session");
  for (const file of ["package.json", "dist"]) await cp(join(root, file), join(installed, file), { recursive: true });
  return folder;
}

it("init and the commands that it prints lead a fresh app to a running sign-in", async () => {
  const folder = await freshApp();
  const { SESSION_SECRET: _, DATABASE_URL: __, NODE_ENV: ___, ...environment } = process.env;
  const env = { ...environment, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" };
  const node = (file: string, ...args: string[]) => run(process.execPath, [file, ...args], { cwd: folder, env });
  const bin = join(folder, "node_modules/prisma-db-session/dist/cli/index.js");

  const { stdout } = await node(bin, "init", "--yes");
  const commands = [...stdout.matchAll(/^ {2}npx prisma@7 (.*)$/gm)].map(([, args = ""]) => args);
  const [importLine = ""] = /^ {2}import .*$/m.exec(stdout) ?? [];
  expect(commands).toEqual(["migrate dev --name session", "generate"]);
  expect(importLine.trim()).toBe('import { getSession, withSession } from "@/lib/session";');

  for (const args of commands) await node(join(root, "scripts/prisma.mjs"), ...args.split(" "));
  await writeFiles(folder, signIn(importLine.trim()));
  await node(join(folder, "node_modules/next/dist/bin/next"), "build");

  const directory = await mkdtemp(join(tmpdir(), "prisma-db-session-init-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const port = await freePort();
  const script =
    'mkfifo pipe; tee log <pipe >&2 & exec >pipe 2>&1; cd "$0"; exec env -uSESSION_SECRET -uDATABASE_URL -uNODE_ENV "$@"';
  const { url, stop } = await startServer(`http://localhost:${port}`, {
    command: "/bin/sh",
    args: ["-c", script, folder, process.execPath, "node_modules/next/dist/bin/next", "start", "-p", String(port)],
    directory,
    ready: "Ready in",
    stopSignal: "TERM",
  });
  onTestFinished(stop);
  const page = async (cookie?: string) =>
    (await (await fetch(url, { headers: cookie ? { cookie } : {} })).text()).match(/<p>(.*?)<\/p>/)?.[1];
  expect(await page()).toBe("nobody");
  const body = new URLSearchParams({ email: "ada@example.com" });
  const answer = await fetch(`${url}/sign-in`, { method: "POST", body });
  expect(answer.status).toBe(204);
  const [cookie = ""] = answer.headers.getSetCookie().map((header) => header.split(";")[0]);
  expect(cookie).toMatch(/^__Host-session=\w{32}$/);
  expect((await page(cookie))?.replaceAll("<!-- -->", "")).toBe("user 1");

  // The commands of the package work on it too, with the app's own client.
  const list = await node(bin, "list", "--client", "lib/prisma.ts", "--columns", "userId", "--json");
  expect(JSON.parse(list.stdout)).toMatchObject({ total: 1, sessions: [{ columns: { userId: 1 } }] });
  await node(bin, "revoke", "--client", "lib/prisma.ts", "--where", '{"userId":1}', "--all", "--yes");
  expect(await page(cookie)).toBe("nobody");

  const again = await node(bin, "init");
  expect(again.stdout).toMatch(/^Nothing to write: everything is there\.\n/);
  expect(await readFile(join(folder, ".env"), "utf8")).toMatch(
    /^DATABASE_URL=file:\.\/dev\.db\nSESSION_SECRET=[\w-]{43}\n$/,
  );
}, 300_000);
