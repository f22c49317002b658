import { expect, it } from "vitest";
import { describeEachPrisma7OwnedDatabase } from "../databases/index.ts";
import { hashOf, insert, runOn } from "./sessions-support.ts";

/** What changes a terminal: ANSI, C1, a bell, a line, another direction, invisible letters, a tag. */
const HOSTILE = "\u001b[2J\u009b31m\u0007\r\n\u202e\u2066\u200b\ufeff\u2028\u{e0041}end";

describeEachPrisma7OwnedDatabase("list", (db) => {
  it("shows the live sessions, those that expire last first, by their hashes alone", async () => {
    await insert(db(), [
      { key: "one", userId: 7, data: "s3cret" },
      { key: "two", userId: 8, expiresIn: 2 },
      { key: "gone", userId: 7, expiresIn: -1 },
    ]);
    expect(await runOn(db(), ["list"])).toEqual({
      exitCode: 0,
      stdout: [
        "keyHash           expireDate",
        `${hashOf("two")}  2040-01-01T02:00:00.000Z`,
        `${hashOf("one")}  2040-01-01T01:00:00.000Z`,
        "2 live sessions.\n",
      ].join("\n"),
      stderr: "",
      exits: [],
    });
  });

  it.each([
    ['{"userId":7}', ["one", "two"]],
    ['{"userId":{"in":[8,9]}}', ["three"]],
    ['{"userId":null}', ["nobody"]],
    ['{"NOT":{"userId":7},"address":{"startsWith":"10."}}', ["three"]],
    ['{"OR":[{"userId":8},{"userId":null}]}', ["three", "nobody"]],
    // Wildcards of SQL, as docs/commands.md says.
    ['{"address":{"contains":"0_0%1"}}', ["three"]],
    ['{"expireDate":{"gte":"2040-01-01T04:00:00Z"}}', ["two"]],
    ['{"expireDate":{"gte":"2040-01-01T06:00:00+02:00"}}', ["two"]],
    ['{"expireDate":{"lt":"2040-01-01T02:00:00.001Z","gt":"2040-01-01T01:00:00Z"}}', ["three"]],
    ['{"userId":9}', []],
  ])("--where '%s'", async (where, keys) => {
    await insert(db(), [
      { key: "one", userId: 7, expiresIn: 3 },
      { key: "two", userId: 7, expiresIn: 4 },
      { key: "three", userId: 8, expiresIn: 2, address: "10.0.0.1" },
      { key: "nobody" },
    ]);
    const { exitCode, stdout } = await runOn(db(), ["list", "--where", where, "--json"]);
    const { sessions, total } = JSON.parse(stdout);
    expect({ exitCode, total }).toEqual({ exitCode: 0, total: keys.length });
    const hashes = sessions.map(({ keyHash }: { keyHash: string }) => keyHash);
    expect(hashes.toSorted()).toEqual(keys.map(hashOf).toSorted());
  });

  it("shows the columns that are named, and escapes what would change the terminal", async () => {
    await insert(db(), [{ key: "one", userId: 7, userAgent: HOSTILE, address: "10.0.0.1" }]);
    const { stdout } = await runOn(db(), ["list", "--columns", "userId, userAgent"]);
    expect(stdout).toContain(
      "7       \\u{1b}[2J\\u{9b}31m\\u{7}\\u{d}\\u{a}\\u{202e}\\u{2066}\\u{200b}\\u{feff}\\u{2028}\\u{e0041}end\n",
    );
    expect(stdout).not.toContain("10.0.0.1");
    const { stdout: json } = await runOn(db(), ["list", "--columns=userAgent", "--json"]);
    expect(json).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(json)).toEqual({
      sessions: [{ keyHash: hashOf("one"), expireDate: "2040-01-01T01:00:00.000Z", columns: { userAgent: HOSTILE } }],
      total: 1,
    });
  });

  it("shows as many as --limit says, and how many there are", async () => {
    await insert(db(), [{ key: "one" }, { key: "two", expiresIn: 2 }, { key: "three", expiresIn: 3 }]);
    const { stdout } = await runOn(db(), ["list", "--limit", "2"]);
    expect(stdout).toMatch(new RegExp(`${hashOf("three")}.*\n${hashOf("two")}.*\n2 of 3 live sessions\\. Show more`));
    expect(stdout).not.toContain(hashOf("one"));
  });

  it("says that no session matches", async () => {
    expect(await runOn(db(), ["list"])).toMatchObject({ exitCode: 0, stdout: "No live session matches.\n" });
    expect(await runOn(db(), ["list", "--json"])).toMatchObject({ stdout: '{"sessions":[],"total":0}\n' });
  });
});
