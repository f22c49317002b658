import { execFileSync } from "node:child_process";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { folder, runIn } from "../support.ts";
import { freshApp, git, init, text } from "./support.ts";

beforeEach(() => {
  vi.stubEnv("SESSION_SECRET", undefined);
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
  vi.stubEnv("GIT_CONFIG_SYSTEM", "/dev/null");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const LINE = /^SESSION_SECRET=[\w-]{43}$/m;
const envOf = (path: string, name = ".env") => text(path, name).catch(() => undefined);
const modeOf = async (path: string) => ((await stat(join(path, ".env"))).mode & 0o777).toString(8);

describe("the secret is written", () => {
  it("to a new .env that only its owner can read", async () => {
    const path = await freshApp();
    await init(path, "--yes");
    expect(await envOf(path)).toMatch(/^SESSION_SECRET=[\w-]{43}\n$/);
    expect(await modeOf(path)).toBe("600");
  });

  it("another for each app", async () => {
    const [one, other] = [await freshApp(), await freshApp()];
    await init(one, "--yes");
    await init(other, "--yes");
    expect(await envOf(one)).not.toBe(await envOf(other));
  });

  it.each([
    ["A=1\n", "A=1\n"],
    ["A=1", "A=1\n"],
    ["A=1\r\nB=2\r\n", "A=1\r\nB=2\r\n"],
    ["A=1\r\nB=2", "A=1\r\nB=2\r\n"],
    ["# SESSION_SECRET=old\n", "# SESSION_SECRET=old\n"],
    ["", ""],
  ])("after the lines of an existing .env: %j", async (before, kept) => {
    const path = await freshApp({ ".env": before });
    const { stdout } = await init(path, "--yes");
    const now = (await envOf(path)) ?? "";
    const end = before.includes("\r\n") ? "\r\n" : "\n";
    expect(now.slice(0, kept.length)).toBe(kept);
    expect(now.slice(kept.length)).toMatch(new RegExp(`^SESSION_SECRET=[\\w-]{43}${end}$`));
    const lines = before.split("\n").filter(Boolean).length;
    expect(stdout).toContain(
      `+++ .env\n@@ -${lines},0 +${lines + 1},1 @@\n+SESSION_SECRET=(a new secret, not shown)\n`,
    );
  });

  it.each([
    [0o644, "Other users of this machine can read .env (mode 644). To change that: chmod 600 .env"],
    [0o640, "(mode 640)"],
    [0o600, undefined],
  ])("and the mode %o of .env stays", async (mode, note) => {
    const path = await freshApp({ ".env": "A=1\n" });
    await chmod(join(path, ".env"), mode);
    const { stdout } = await init(path, "--yes");
    expect(await modeOf(path)).toBe(mode.toString(8));
    if (note) expect(stdout).toContain(note);
    else expect(stdout).not.toContain("Other users");
  });

  it.each([
    [{}, true],
    [{ ".gitignore": ".env.local\n" }, true],
    [{ ".gitignore": "node_modules\n.env*\n" }, false],
  ])("outside of a repository, with a note unless .gitignore has .env: %j", async (files, isNoted) => {
    const path = await freshApp(files);
    const { stdout } = await init(path, "--yes");
    expect(await envOf(path)).toMatch(LINE);
    expect(stdout.includes("Add .env to a .gitignore file")).toBe(isNoted);
  });

  it.each([[".env"], [".env*"], ["*"]])("in a repository that ignores %s", async (pattern) => {
    const path = await freshApp({ ".gitignore": `${pattern}\n` });
    git(path, "init");
    await init(path, "--yes");
    expect(await envOf(path)).toMatch(LINE);
  });

  it("in a folder of a repository that ignores it", async () => {
    const parent = await folder({ ".gitignore": ".env\n" });
    git(parent, "init");
    await mkdir(join(parent, "web/prisma"), { recursive: true });
    await writeFile(join(parent, "web/prisma/schema.prisma"), 'datasource db {\n  provider = "sqlite"\n}\n');
    await init(join(parent, "web"), "--yes");
    expect(await envOf(join(parent, "web"))).toMatch(LINE);
  });
});

describe("the secret is not written", () => {
  const NOTE =
    /No secret was written because (.*?)\. Add one yourself(.*?)\. This (?:makes|appends) the line[^\n]*:\n {2}(.*)\n/;

  async function refused(path: string, reason: string) {
    const before = await envOf(path);
    const { exitCode, stdout } = await init(path, "--yes");
    expect(exitCode).toBe(0);
    expect(await envOf(path)).toBe(before);
    const [, why, where, line = ""] = NOTE.exec(stdout) ?? [];
    expect(why).toBe(reason);
    expect(stdout).not.toMatch(LINE);
    return { where, line };
  }

  it("where git does not ignore .env", async () => {
    const path = await freshApp();
    git(path, "init");
    const { line } = await refused(path, "git does not ignore .env");
    expect(line).toBe(`echo "SESSION_SECRET=$(node -p 'require("crypto").randomBytes(32).toString("base64url")')"`);
  });

  it("and .env.local is named if git ignores that, with a line that works", async () => {
    const path = await freshApp({ ".gitignore": ".env*.local\n" });
    git(path, "init");
    const { where, line } = await refused(path, "git does not ignore .env");
    expect(where).toBe(", for example to .env.local, which git ignores");
    execFileSync("/bin/sh", ["-c", line], { cwd: path });
    expect(await envOf(path, ".env.local")).toMatch(LINE);
    expect((await init(path)).stdout).toMatch(/^Nothing to write: everything is there/);
  });

  it("and that line keeps a last line without an end, and makes a file that only its owner can read", async () => {
    const path = await freshApp({ ".gitignore": ".env*.local\n" });
    git(path, "init");
    const { line } = await refused(path, "git does not ignore .env");
    execFileSync("/bin/sh", ["-c", `umask 022; ${line}`], { cwd: path });
    expect(((await stat(join(path, ".env.local"))).mode & 0o777).toString(8)).toBe("600");
    await writeFile(join(path, ".env.local"), "A=1");
    execFileSync("/bin/sh", ["-c", line], { cwd: path });
    expect(await envOf(path, ".env.local")).toMatch(/^A=1\nSESSION_SECRET=[\w-]{43}\n$/);
  });

  it.each([
    [
      "git does not ignore .env any more",
      (path: string) => writeFile(join(path, ".gitignore"), ""),
      "git does not ignore",
    ],
    ["others can read .env", (path: string) => chmod(join(path, ".env"), 0o644), "more users can read"],
  ])("if, before the answer, %s", async (_, change, reason) => {
    const path = await freshApp({ ".gitignore": ".env\n", ".env": "A=1\n" });
    await chmod(join(path, ".env"), 0o600);
    git(path, "init");
    const ask = async () => {
      await change(path);
      return "y";
    };
    const { exitCode, stderr } = await runIn(path, ["init"], { host: { ask } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`Cannot write a secret to .env because ${reason}`);
    expect(stderr).toContain("prisma/schema.prisma, lib/session.ts was written.");
    expect(await envOf(path)).toBe("A=1\n");
  });

  it("where git tracks .env, though a pattern ignores it", async () => {
    const path = await freshApp({ ".env": "A=1\n", ".gitignore": ".env\n" });
    git(path, "init");
    git(path, "add", "--force", ".env");
    await refused(path, "git tracks .env");
  });

  it("in a folder of a repository that does not ignore it", async () => {
    const parent = await folder();
    git(parent, "init");
    await mkdir(join(parent, "web/prisma"), { recursive: true });
    await writeFile(join(parent, "web/prisma/schema.prisma"), 'datasource db {\n  provider = "sqlite"\n}\n');
    await refused(join(parent, "web"), "git does not ignore .env");
  });

  it("in a repository on a machine without git", async () => {
    const path = await freshApp({ ".gitignore": ".env\n" });
    git(path, "init");
    vi.stubEnv("PATH", "/nowhere");
    await refused(path, "git does not tell whether it ignores .env");
  });

  it("but it is in a folder without a repository on a machine without git", async () => {
    const path = await freshApp();
    vi.stubEnv("PATH", "/nowhere");
    await init(path, "--yes");
    expect(await envOf(path)).toMatch(LINE);
  });

  it("in a repository that git does not read", async () => {
    const path = await freshApp({ ".git": "gitdir: /nowhere\n", ".gitignore": ".env\n" });
    await refused(path, "git does not tell whether it ignores .env");
  });

  it("through a symbolic link", async () => {
    const path = await freshApp({ shared: "A=1\n" });
    await symlink(join(path, "shared"), join(path, ".env"));
    await refused(path, ".env is a symbolic link");
    expect(await text(path, "shared")).toBe("A=1\n");
  });

  it("where .env is a folder, as of Python", async () => {
    const path = await freshApp({ ".env/pyvenv.cfg": "" });
    await refused(path, ".env is not a file");
  });

  it("to a file in UTF-16, as PowerShell writes it", async () => {
    const path = await freshApp({ ".env": Buffer.from("A=1\n", "utf16le").toString("latin1") });
    await refused(path, ".env is not a text file in UTF-8");
  });

  it.each([
    [".env", "SESSION_SECRET="],
    [".env", 'export SESSION_SECRET="'],
    [".env.local", "SESSION_SECRET="],
    [".env.development.local", "SESSION_SECRET="],
  ])("if %s has one already: %s", async (name, begin) => {
    const path = await freshApp({ [name]: `${begin}${"s".repeat(32)}${begin.endsWith('"') ? '"' : ""}\n` });
    const before = await envOf(path);
    const { stdout } = await init(path, "--yes");
    expect(stdout).toContain("Wrote prisma/schema.prisma, lib/session.ts.\n");
    expect(stdout).not.toContain("secret ");
    expect(await envOf(path)).toBe(before);
  });

  it.each([
    ["a byte order mark", "\ufeffSESSION_SECRET=value\n"],
    ["a colon", "A=1\nSESSION_SECRET: value\n"],
    ["CR alone", "A=1\rSESSION_SECRET=value\r"],
    ["export and blanks", "  export  SESSION_SECRET : value\n"],
  ])("beside one that only Next.js reads: %s", async (_, before) => {
    const path = await freshApp({ ".env": before });
    const { exitCode, stdout } = await init(path, "--yes");
    expect(exitCode).toBe(0);
    expect(await envOf(path)).toBe(before);
    expect(stdout).toMatch(/SESSION_SECRET/);
    expect(stdout).not.toContain("(a new secret");
  });

  it("if the environment has one already", async () => {
    vi.stubEnv("SESSION_SECRET", "s".repeat(32));
    const path = await freshApp();
    await init(path, "--yes");
    expect(await envOf(path)).toBeUndefined();
  });

  it.each([
    ["", "empty"],
    ["s3cret", "shorter than 32 characters"],
  ])("if .env has a bad one ('%s'), which is said", async (value, what) => {
    const path = await freshApp({ ".env": `SESSION_SECRET=${value}\n` });
    const { stdout } = await init(path, "--yes");
    expect(await envOf(path)).toBe(`SESSION_SECRET=${value}\n`);
    expect(stdout).toContain(`SESSION_SECRET in .env is ${what}. Replace it by what this prints:\n  node -p `);
    expect(stdout).not.toContain("s3cret");
  });
});
