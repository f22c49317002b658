import { type Codec, createSessions, signedJson } from "prisma-db-session";
import { expect, it } from "vitest";
import { CODECS } from "../codec/support.ts";
import { describeEachDatabase } from "../databases/index.ts";
import { SECRET, type ShopData } from "../support.ts";

/** The text of the old data, as it must not be sent again. */
const OLD = "the old note";

describeEachDatabase("The guard of an UPDATE", (db, { name, prisma, provider }) => {
  /** Prisma 8 escapes nothing in a LIKE, so its store compares by a range where no escape works. */
  const prefixComparison = prisma === 8 && provider === "sqlite" ? / >= .* < / : / LIKE /;

  /** Each statement that a save of a change sends, with its parameters. */
  async function statementsOfSave(codec: Codec) {
    const statements: { query: string; params: string }[] = [];
    const store = await db().connectStore((query, params) => statements.push({ query, params }));
    const sessions = createSessions<ShopData>({ store, secret: SECRET, codec });
    const session = sessions.open();
    session.set("note", OLD);
    await session.save();
    const old = (await db().prisma.session.findFirstOrThrow()).data;
    await expect.poll(() => statements.length).toBe(1);
    statements.length = 0;
    session.set("note", "the new note");
    await session.save();
    // The driver reports a statement after it has answered.
    await expect.poll(() => statements.length).toBe(1);
    expect((await sessions.load(session.sessionKey)).get("note")).toBe("the new note");
    return { statements, old };
  }

  it.each(CODECS)("does not carry the old data, but their unique prefix, with %s", async (_, codec) => {
    const { statements, old } = await statementsOfSave(codec);
    const [{ query = "", params = "" } = {}] = statements;
    expect(query).toMatch(/^UPDATE/);
    expect(query).toMatch(prefixComparison);
    expect(params).not.toContain(OLD);
    const prefix = old.slice(0, Math.min(codec.uniquePrefixLength ?? 0, 45));
    // Prisma 8 is given the pattern, Prisma 7 makes it in SQL.
    const guard = JSON.parse(params).map((param: string) => param.replace(/\\(?=_)|%$/g, ""));
    expect(guard).toContain(prefix);
    expect(params).not.toContain(old.slice(0, 60).replaceAll('"', '\\"'));
  });

  it("is the whole text of a codec without a unique prefix", async () => {
    const { encode, decode } = signedJson();
    const { statements } = await statementsOfSave({ encode, decode });
    expect(statements[0]?.query).not.toMatch(prefixComparison);
    expect(statements[0]?.params).toContain(OLD);
  });

  it("leaves room for a session of 12 MB", async ({ skip }) => {
    skip(name !== "MariaDB", "only MySQL and MariaDB limit the size of a statement (max_allowed_packet)");
    const [row] = await db().prisma.$queryRawUnsafe<{ packet: bigint }[]>("SELECT @@max_allowed_packet AS packet");
    expect(Number(row?.packet), "of this server").toBe(16 * 2 ** 20);
    const sessions = createSessions<ShopData>({ store: db().store(), secret: SECRET });
    const session = sessions.open();
    session.set("note", "x".repeat(12_000_000));
    await session.save();
    const loaded = await sessions.load(session.sessionKey);
    loaded.set("userId", 7);
    await loaded.save();
    await loaded.cycleKey();
    expect((await sessions.load(loaded.sessionKey)).get("userId")).toBe(7);
  });
});
