import { expect, it } from "vitest";
import { describeEachPrisma7Database } from "../../databases/index.ts";
import { runDoctor } from "./support.ts";

const LIVE = { key: "live", data: "v1.live", expireDate: new Date(Date.now() + 3_600_000) };

describeEachPrisma7Database("doctor, a healthy database", (db, { name }) => {
  it("passes every check on one screen, and leaves the table as it was", async () => {
    await db().prisma.session.create({ data: LIVE });
    const { exitCode, stdout, stderr } = await runDoctor(await db().connect());
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
    expect(stdout).not.toMatch(/^(warning|failed|skipped)/m);
    expect(lines.at(-1)).toMatch(/^\d+ passed\.$/);
    expect(stdout).toMatch(new RegExp(`^passed +connection +${name} [\\d.]+, Prisma 7\\.10\\.0, @prisma/adapter-`));
    expect(await db().prisma.session.findMany()).toEqual([LIVE]);
  });
});
