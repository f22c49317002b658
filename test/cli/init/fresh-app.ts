import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { freePort, startServer } from "../../databases/server-process.ts";
import type { Provider } from "../../databases/types.ts";
import { root } from "../support.ts";

const run = promisify(execFile);

interface Kind {
  /** The folder of the app is named after it. */
  readonly name: string;
  readonly provider: Provider;
  readonly url: string;
  /** A folder where an older Prisma is installed. By default, the app has this repository's Prisma. */
  readonly olderPrisma?: { readonly folder: string; readonly major: number };
}

/** An app as `create-next-app` and Prisma's guide for Next.js make it, with this package installed. */
export interface FreshApp {
  readonly folder: string;
  /** Runs a command of this package, and resolves to what it printed. */
  command(...args: string[]): Promise<string>;
  /** Runs Prisma's CLI of the app's version. */
  prisma(...args: string[]): Promise<string>;
  /**
   * Writes a sign-in and a page as the README has them, builds the app and starts it.
   * @param importLine the import that `init` printed
   */
  start(importLine: string): Promise<RunningApp>;
}

interface RunningApp {
  /** Signs in as this user, and resolves to the cookie. */
  signIn(email: string): Promise<string>;
  /** The text of the page for the visitor with this cookie. */
  page(cookie?: string): Promise<string | undefined>;
}

/** Makes the app. It must be in this repository, because Turbopack reads no file outside of its root. */
export async function makeFreshApp({ name, provider, url, olderPrisma }: Kind): Promise<FreshApp> {
  const folder = join(root, "generated/next/apps", `init-${name}`);
  await rm(folder, { recursive: true, force: true });
  const isPrisma6 = olderPrisma?.major === 6;
  await writeFiles(folder, {
    ...APP,
    ".env": `DATABASE_URL=${url}`,
    "prisma.config.ts": prismaConfig(isPrisma6),
    "prisma/schema.prisma": schema(provider, isPrisma6),
    "lib/prisma.ts": prismaModule(provider, isPrisma6),
  });
  await install(folder, olderPrisma?.folder);

  const { SESSION_SECRET: _, DATABASE_URL: __, NODE_ENV: ___, ...environment } = process.env;
  const env = { ...environment, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" };
  const node = async (file: string, ...args: string[]) =>
    (await run(process.execPath, [file, ...args], { cwd: folder, env })).stdout;
  return {
    folder,
    command: (...args) => node(join(folder, "node_modules/prisma-db-session/dist/cli/index.js"), ...args),
    prisma: (...args) =>
      olderPrisma
        ? node(join(root, "test/versions/run-prisma.mjs"), olderPrisma.folder, ...args)
        : node(join(root, "scripts/prisma.mjs"), ...args),
    async start(importLine) {
      await writeFiles(folder, signInFiles(importLine));
      await node(join(folder, "node_modules/next/dist/bin/next"), "build");
      return serve(folder);
    },
  };
}

async function serve(folder: string): Promise<RunningApp> {
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
  return {
    async signIn(email) {
      const body = new URLSearchParams({ email });
      const answer = await fetch(`${url}/sign-in`, { method: "POST", body });
      if (answer.status !== 204) {
        const log = await readFile(join(directory, "log"), "utf8");
        throw new Error(`The sign-in was answered with ${answer.status}. The log: ${log}`);
      }
      return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    },
    async page(cookie) {
      const text = await (await fetch(url, { headers: cookie ? { cookie } : {} })).text();
      return text.match(/<p>(.*?)<\/p>/)?.[1]?.replaceAll("<!-- -->", "");
    },
  };
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function install(folder: string, prismaFolder: string | undefined): Promise<void> {
  const link = async (name: string, from: string) => {
    const folders = createRequire(join(from, "package.json")).resolve.paths(name) ?? [];
    const installed = folders.map((path) => join(path, name)).find(existsSync);
    if (installed === undefined) throw new Error(`${name} is not installed for ${from}`);
    const path = join(folder, "node_modules", name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(installed, path, "junction");
  };
  for (const name of ["next", "react", "react-dom"]) await link(name, root);
  if (prismaFolder !== undefined) {
    const names = ["prisma", "@prisma/client", ...Object.values(ADAPTERS).map((adapter) => adapter.package)];
    for (const name of names) await link(name, prismaFolder);
  }
  const installed = join(folder, "node_modules/prisma-db-session");
  for (const file of ["package.json", "dist"]) await cp(join(root, file), join(installed, file), { recursive: true });
}

const APP = {
  "package.json": JSON.stringify({ private: true, type: "module" }),
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
  // Instead of dotenv, which this repository does not have.
  "load-env.mjs": `process.loadEnvFile(new URL(".env", import.meta.url));\n`,
  "app/layout.tsx": `export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
};

const prismaConfig = (isPrisma6: boolean) => `import "./load-env.mjs";
import { defineConfig, env } from "prisma/config";
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
${isPrisma6 ? '  engine: "classic",\n' : ""}  datasource: { url: env("DATABASE_URL") },
});
`;

/** Without this engine type, Prisma 6 would download a native engine. */
const schema = (provider: Provider, isPrisma6: boolean) => `generator client {
  provider = "prisma-client"
  output   = "../app/generated/prisma"
${isPrisma6 ? '  engineType = "client"\n' : ""}}

datasource db {
  provider = "${provider}"
${isPrisma6 ? '  url = env("DATABASE_URL")\n' : ""}}

model User {
  id    Int    @id @default(autoincrement())
  email String @unique
}
`;

const ADAPTERS = {
  sqlite: { package: "@prisma/adapter-libsql", class: "PrismaLibSql", argument: "{ url, timeout: 5000 }" },
  postgresql: { package: "@prisma/adapter-pg", class: "PrismaPg", argument: "{ connectionString: url }" },
  mysql: { package: "@prisma/adapter-mariadb", class: "PrismaMariaDb", argument: "url" },
};

/** The adapter of Prisma 6 for libsql has another name, and no option `timeout`. */
function prismaModule(provider: Provider, isPrisma6: boolean): string {
  const adapter = ADAPTERS[provider];
  const name = isPrisma6 ? adapter.class.replace("LibSql", "LibSQL") : adapter.class;
  const argument = isPrisma6 ? adapter.argument.replace(", timeout: 5000", "") : adapter.argument;
  return `import { ${name} } from "${adapter.package}";
import { PrismaClient } from "../app/generated/prisma/client";

const url = process.env.DATABASE_URL ?? "";
export const prisma = new PrismaClient({ adapter: new ${name}(${argument}) });
`;
}

const signInFiles = (importLine: string) => ({
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
  return <p>{session.has("userId") ? \`user \${session.get("userId")}\` : "signed out"}</p>;
}
`,
});

/** The lines below "Next:" of what `init` printed: the arguments of Prisma's commands, and the import. */
export function nextSteps(printed: string, major = 7): { commands: string[]; importLine: string } {
  const commands = printed.matchAll(new RegExp(`^ {2}npx prisma@${major} (.*)$`, "gm"));
  const [importLine = ""] = /^ {2}import .*$/m.exec(printed) ?? [];
  return { commands: [...commands].map(([, args = ""]) => args), importLine: importLine.trim() };
}

/** The app's .env, in which `init` adds the secret. */
export const environmentFile = ({ folder }: FreshApp) => readFile(join(folder, ".env"), "utf8");
