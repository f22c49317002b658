import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { describeEachPrisma7OwnedDatabase } from "../databases/index.ts";
import type { OwnedTestClient } from "../databases/types.ts";
import { hashOf, insert, keysIn, runOn } from "./sessions-support.ts";

const SEVEN = ["revoke", "--where", '{"userId":7}'];
/** Two live sessions of user 7 and an expired one, beside others. */
const ROWS = [
  { key: "seven1", userId: 7 },
  { key: "seven2", userId: 7, address: "10.0.0.1" },
  { key: "seven3", userId: 7, expiresIn: -1 },
  { key: "eight", userId: 8 },
  { key: "visitor" },
];
const KEYS = ["eight", "seven1", "seven2", "seven3", "visitor"];
const OTHERS = ["eight", "visitor"];

/** Somebody at the terminal, who gives one answer. */
const answering = (answer: string, questions: string[] = []) => ({
  host: {
    ask: async (question: string) => {
      questions.push(question);
      return answer;
    },
  },
});

describeEachPrisma7OwnedDatabase("revoke", (db) => {
  it.each([["y"], ["Yes"], [" y "]])("counts, asks, and deletes what matches after the answer '%s'", async (answer) => {
    await insert(db(), ROWS);
    const questions: string[] = [];
    expect(await runOn(db(), SEVEN, answering(answer, questions))).toEqual({
      exitCode: 0,
      stdout: "3 rows deleted.\n",
      stderr: "2 of 4 live sessions would be signed out, and 1 expired row.\n",
      exits: [],
    });
    expect(questions).toEqual([expect.stringMatching(/^Sign these sessions out of \S.*\? \[y\/N\] $/)]);
    expect(await keysIn(db())).toEqual(OTHERS);
  });

  it.each([["n"], [""], ["yes please"], ["j"]])("deletes nothing after the answer '%s'", async (answer) => {
    await insert(db(), ROWS);
    const { exitCode, stdout, stderr } = await runOn(db(), SEVEN, answering(answer));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/\nprisma-db-session: The answer was no\. Nothing was deleted\.\n$/);
    expect(await keysIn(db())).toEqual(KEYS);
  });

  it("deletes nothing without a terminal to ask in", async () => {
    await insert(db(), ROWS);
    const { exitCode, stdout, stderr } = await runOn(db(), SEVEN);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/Cannot ask because standard input is not a terminal\. Nothing was deleted\. Add --yes/);
    expect(await keysIn(db())).toEqual(KEYS);
  });

  it("does not ask with --yes", async () => {
    await insert(db(), ROWS);
    expect(await runOn(db(), [...SEVEN, "--yes", "--json"])).toMatchObject({
      exitCode: 0,
      stdout: '{"deleted":3}\n',
      stderr: "",
    });
    expect(await keysIn(db())).toEqual(OTHERS);
  });

  it("counts alone with --dry-run", async () => {
    await insert(db(), ROWS);
    expect(await runOn(db(), [...SEVEN, "--dry-run"])).toMatchObject({
      exitCode: 0,
      stdout: "2 of 4 live sessions would be signed out, and 1 expired row. Nothing was deleted.\n",
    });
    expect(await runOn(db(), ["revoke", "--all", "--dry-run", "--json"])).toMatchObject({
      stdout: '{"live":4,"expired":1,"liveInAll":4}\n',
    });
    expect(await keysIn(db())).toEqual(KEYS);
  });

  it.each([
    ['{"expireDate":{"gt":"2000-01-01T00:00:00Z"}}', KEYS],
    ["{}", KEYS],
    ['{"OR":[{"userId":7},{"userId":null},{"userId":8}]}', KEYS],
    // An expired row does not show that another user stays signed in.
    ['{"NOT":{"key":"seven3"}}', KEYS],
  ])("needs --all for a condition that matches every live session, also with --yes: %s", async (where, keys) => {
    await insert(db(), ROWS);
    const everyone = ["revoke", "--where", where, "--yes"];
    const { exitCode, stdout, stderr } = await runOn(db(), everyone);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^prisma-db-session: The condition matches every live session \(4 of 4\)\. Nothing was del/);
    expect(await keysIn(db())).toEqual(keys);
    expect(await runOn(db(), [...everyone, "--all"])).toMatchObject({ exitCode: 0 });
    expect((await keysIn(db())).filter((key) => key !== "seven3")).toEqual([]);
  });

  it("sees that a condition matches every live session while others sign out", async () => {
    await insert(db(), ROWS);
    const leaving = ["eight", "visitor"];
    const leave = () => db().prisma.session.deleteMany({ where: { key: leaving.pop() ?? "" } });
    let pages = 0;
    /** One signs out after the first count, and one after the first page of keys was read. */
    const busy = (client: OwnedTestClient) =>
      client.$extends({
        query: {
          session: {
            async count({ args, query }) {
              const count = await query(args);
              if (leaving.length === 2) await leave();
              return count;
            },
            async findMany({ args, query }) {
              const rows = await query(args);
              if (pages++ === 0) await leave();
              return rows;
            },
          },
        },
      });
    const where = '{"expireDate":{"gt":"2000-01-01T00:00:00Z"}}';
    const { exitCode } = await runOn(db(), ["revoke", "--where", where, "--yes"], { extend: busy });
    expect(exitCode).toBe(2);
    expect(await keysIn(db())).toEqual(["seven1", "seven2", "seven3"]);
  });

  it("looks at every live session for one that the condition does not match", async () => {
    await insert(
      db(),
      Array.from({ length: 600 }, (_, i) => ({ key: `k${String(i).padStart(3, "0")}`, userId: 7 })),
    );
    await insert(db(), [{ key: "z", userId: 8 }]);
    expect(await runOn(db(), [...SEVEN, "--yes"])).toMatchObject({ exitCode: 0, stdout: "600 rows deleted.\n" });
    expect(await keysIn(db())).toEqual(["z"]);
  });

  it("shows on a terminal how far it has looked, and leaves the line empty", async () => {
    await insert(
      db(),
      Array.from({ length: 600 }, (_, i) => ({ key: `k${i}`, userId: 7 })),
    );
    const { stderr } = await runOn(db(), [...SEVEN, "--yes"], { isTTY: true });
    expect(stderr).toMatch(
      /\r\[#+-+\] 83 % \(500 of 600\)\r\[#+\] 100 % \(600 of 600\)\r +\rprisma-db-session: The condition/,
    );
  });

  it("deletes every row with --all alone, after another question", async () => {
    await insert(db(), ROWS);
    const questions: string[] = [];
    const { stdout } = await runOn(db(), ["revoke", "--all"], answering("y", questions));
    expect(questions).toEqual([expect.stringMatching(/^Sign everyone out of \S.*\? \[y\/N\] $/)]);
    expect(stdout).toBe("5 rows deleted.\n");
  });

  it("deletes one session by its key hash, also if it is the only one", async () => {
    await insert(db(), ROWS);
    const one = ["revoke", "--key-hash", hashOf("eight"), "--yes"];
    expect(await runOn(db(), one)).toMatchObject({ exitCode: 0, stdout: "1 row deleted.\n" });
    expect(await keysIn(db())).toEqual(KEYS.slice(1));
    await db().prisma.session.deleteMany({ where: { NOT: { key: "visitor" } } });
    expect(await runOn(db(), ["revoke", "--key-hash", hashOf("visitor"), "--yes"])).toMatchObject({ exitCode: 0 });
    expect(await keysIn(db())).toEqual([]);
  });

  it("finds a key hash on a later page", async () => {
    const keys = Array.from({ length: 1001 }, (_, i) => `k${String(i).padStart(4, "0")}`);
    await insert(
      db(),
      keys.map((key) => ({ key })),
    );
    await runOn(db(), ["revoke", "--key-hash", hashOf("k1000"), "--yes"]);
    expect(await keysIn(db())).toEqual(keys.slice(0, -1));
  });

  it.each([
    ["of another user", ["--where", '{"userId":7}', "--key-hash", hashOf("eight")]],
    ["of no row", ["--key-hash", hashOf("other")]],
  ])("fails for a key hash %s", async (_, args) => {
    await insert(db(), ROWS);
    const { exitCode, stderr } = await runOn(db(), ["revoke", ...args, "--yes"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^prisma-db-session: No session with the key hash [\da-f]{16} matches\. .*Nothing was deleted\./,
    );
    expect(await keysIn(db())).toEqual(KEYS);
  });

  it("fails if the session of the key hash gets a new key before it is deleted", async () => {
    await insert(db(), ROWS);
    const rotated = {
      host: {
        async ask() {
          await db().prisma.session.update({ where: { key: "eight" }, data: { key: "rotated" } });
          return "y";
        },
      },
    };
    const { exitCode, stdout, stderr } = await runOn(db(), ["revoke", "--key-hash", hashOf("eight")], rotated);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /prisma-db-session: Nothing was deleted\. The session has ended, or a sign-in .* again\.\n$/,
    );
  });

  it("says that no session matches, without a question", async () => {
    await insert(db(), ROWS);
    const none = ["revoke", "--where", '{"userId":9}'];
    expect(await runOn(db(), none)).toMatchObject({
      exitCode: 0,
      stdout: "No session matches. Nothing was deleted.\n",
      stderr: "",
    });
    expect(await runOn(db(), [...none, "--json"])).toMatchObject({ stdout: '{"deleted":0}\n' });
    expect(await keysIn(db())).toEqual(KEYS);
  });

  /** 250 sessions of user 7, and what happens before or after each batch of theirs. */
  async function batches(around: (batch: number, run: () => Promise<unknown>) => Promise<unknown>) {
    await insert(
      db(),
      Array.from({ length: 250 }, (_, i) => ({ key: `k${i}`, userId: 7 })),
    );
    await insert(db(), [{ key: "eight", userId: 8 }]);
    let batch = 0;
    return (client: OwnedTestClient) =>
      client.$extends({
        query: {
          session: {
            deleteMany: ({ args, query }) => around(++batch, () => query(args)) as Promise<{ count: number }>,
          },
        },
      });
  }

  it("says how many are known to be deleted if the connection breaks in the middle", async () => {
    // Of the second batch the answer is lost, and then the database is gone.
    const extend = await batches(async (batch, run) => {
      if (batch <= 2) await run();
      if (batch === 1) return { count: 100 };
      throw new Error("Connection terminated at postgres://shop:s3cret@db/shop.");
    });
    const { exitCode, stdout, stderr } = await runOn(db(), [...SEVEN, "--yes"], { extend });
    expect(exitCode).toBe(1);
    expect(stdout).toBe("At least 100 rows deleted before it failed.\n");
    expect(stderr).toContain("Connection terminated at postgres://***@db/shop");
    expect(stderr).not.toContain("s3cret");
    expect(await keysIn(db())).toHaveLength(51);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("stops by %s after the running batch", async (signal, code) => {
    const signals = new EventEmitter();
    const extend = await batches(async (batch, run) => {
      const result = await run();
      if (batch === 2) signals.emit(signal);
      return result;
    });
    expect(await runOn(db(), [...SEVEN, "--yes"], { extend, signals })).toMatchObject({
      exitCode: code,
      stdout: `Stopped by ${signal}: 200 rows deleted. Run the command again for the rest.\n`,
      stderr: "Stopping after the running batch. A second signal ends at once.\n",
    });
    expect(await keysIn(db())).toHaveLength(51);
    expect(await runOn(db(), [...SEVEN, "--yes", "--json"])).toMatchObject({ stdout: '{"deleted":50}\n' });
  });
});
