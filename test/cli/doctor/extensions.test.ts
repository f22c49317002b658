// Clients whose extensions change what the package relies on.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { Prisma } from "../../../generated/sqlite/client.ts";
import { describeEachPrisma7Database } from "../../databases/index.ts";
import type { TestClient } from "../../databases/types.ts";
import { diagnosis, finding, rowsOf } from "./support.ts";

const KEY = randomBytes(32);

function encrypted(text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", KEY, iv);
  return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

function decrypted(text: string): string {
  const bytes = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", KEY, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
}

/** Each text of the data column, as an extension for field encryption does it. */
const encrypting = (client: TestClient) =>
  client.$extends({
    query: {
      session: {
        async createMany({ args, query }) {
          const rows = [args.data].flat().map((row) => ({ ...row, data: encrypted(row.data) }));
          return query({ ...args, data: rows });
        },
        async updateMany({ args, query }) {
          const { data } = args.data;
          return query({ ...args, data: { ...args.data, ...(typeof data === "string" && { data: encrypted(data) }) } });
        },
        async findUnique({ args, query }) {
          const row = await query(args);
          return row?.data === undefined ? row : { ...row, data: decrypted(row.data) };
        },
      },
    },
  });

/** Each row for as long as the process lives. */
function caching(client: TestClient, keeps: (found: unknown) => boolean) {
  const cache = new Map<string, unknown>();
  return client.$extends({
    query: {
      session: {
        async findUnique({ args, query }) {
          const key = String(args.where.key);
          if (cache.has(key)) return cache.get(key) as never;
          const found = await query(args);
          if (keeps(found)) cache.set(key, found);
          return found;
        },
      },
    },
  });
}

/** Instead of a DELETE it lets the rows expire, and hides rows that have expired. */
const softDeleting = (client: TestClient) =>
  client.$extends({
    query: {
      session: {
        async deleteMany({ args }) {
          return client.session.updateMany({ where: args.where ?? {}, data: { expireDate: new Date(0) } });
        },
        async findUnique({ args, query }) {
          const row = await query({ ...args, select: { ...args.select, expireDate: true } as never });
          return Number(row?.expireDate) === 0 ? null : row;
        },
      },
    },
  });

/** A replica that is always one write behind: each reading gives what the one before it found. */
function replicated(client: TestClient) {
  const replica = new Map<string, unknown>();
  const reader = client.$extends({
    query: {
      session: {
        async findUnique({ args, query }) {
          const key = String(args.where.key);
          const old = replica.get(key) ?? null;
          replica.set(key, await query(args));
          return old as never;
        },
      },
    },
  });
  return { reader, withPrimary: reader.$extends({ client: { $primary: () => client } }) };
}

describeEachPrisma7Database("doctor, a client", (db) => {
  const client = () => db().connect();

  it("that encrypts the data", async () => {
    const { exitCode, results, failed } = await diagnosis(encrypting(await client()));
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["guard"] });
    expect(results.guard).toEqual(finding("failed", /other data than were sent/, /extensions that encrypt/));
    expect(await rowsOf(db())).toBe(0);
  });

  it.each([
    ["every row", (found: unknown) => found !== null],
    ["that there is no row", (found: unknown) => found === null],
    ["everything", () => true],
  ])("that caches %s", async (_, keeps) => {
    const { exitCode, results, failed } = await diagnosis(caching(await client(), keeps));
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["fresh-reads"] });
    expect(results["fresh-reads"]).toEqual(finding("failed", /of 90 readings did not see/, /extensions that cache/));
    expect(results.size).toMatchObject({ status: "skipped", detail: "It needs `fresh-reads`." });
    expect(await rowsOf(db())).toBe(0);
  });

  it("that only marks rows as deleted", async () => {
    const { exitCode, results, failed } = await diagnosis(softDeleting(await client()));
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["delete"] });
    expect(results.delete).toEqual(finding("failed", /still in the table/, /marks rows as deleted/));
    expect(results.cleanup).toMatchObject({ status: "passed" });
    expect(await rowsOf(db())).toBe(0);
  });

  it("that reads from a replica", async () => {
    const { reader, withPrimary } = replicated(await client());
    const wrong = await diagnosis(reader);
    expect(wrong.failed).toEqual(["fresh-reads"]);
    expect(wrong.results["fresh-reads"]).toEqual(finding("failed", /did not see the write/, /model of the primary/));
    const { exitCode, results, warning } = await diagnosis(withPrimary);
    expect({ exitCode, warning }).toEqual({ exitCode: 0, warning: ["fresh-reads"] });
    expect(results["fresh-reads"]).toEqual(finding("warning", /from a replica/, /prisma\.\$primary\(\)\.session/));
    expect(await rowsOf(db())).toBe(0);
  });

  it("that has a replica without a lag", async () => {
    const prisma = await client();
    const { exitCode, results } = await diagnosis(prisma.$extends({ client: { $primary: () => prisma } }));
    expect(exitCode).toBe(0);
    expect(results["fresh-reads"]).toMatchObject({ status: "passed", detail: expect.stringContaining("$primary()") });
  });

  it("that hides the error of a duplicate key", async () => {
    const prisma = await client();
    const hiding = prisma.$extends({
      query: {
        session: {
          async $allOperations({ args, query }) {
            return query(args).catch(() => {
              throw new Error("Please try again later");
            });
          },
        },
      },
    });
    const { exitCode, results, failed } = await diagnosis(hiding);
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["duplicate-key"] });
    expect(results["duplicate-key"]).toEqual(finding("failed", /not recognised: Please try again later/, /P2002/));
    expect(await rowsOf(db())).toBe(0);
  });

  it.each([
    ["data", { startsWith: true, text: true }, /matches data of another write/],
    ["whole data", { startsWith: false, text: true }, /matches other data of the same length/],
  ])("that takes the %s out of a condition", async (_, { startsWith, text }, problem) => {
    const prisma = await client();
    const broad = prisma.$extends({
      query: {
        session: {
          async updateMany({ args, query }) {
            const { data, ...where } = args.where ?? {};
            const isDropped = typeof data === "string" ? text : startsWith;
            return query({ ...args, where: isDropped ? where : { ...where, ...(data && { data }) } });
          },
        },
      },
    });
    const { exitCode, results, failed } = await diagnosis(broad);
    expect({ exitCode, failed }).toEqual({ exitCode: 1, failed: ["guard"] });
    expect(results.guard).toEqual(finding("failed", problem, /Exclude the session table/));
    expect(await rowsOf(db())).toBe(0);
  });

  it("that takes the expiry out of a condition", async () => {
    const prisma = await client();
    const broad = prisma.$extends({
      query: {
        session: {
          async updateMany({ args, query }) {
            const { expireDate: _, ...where } = args.where ?? {};
            return query({ ...args, where });
          },
        },
      },
    });
    expect((await diagnosis(broad)).results.guard).toEqual(finding("failed", /matches an expired row/, /Exclude/));
  });

  it("that does not let the key change", async () => {
    const prisma = await client();
    const fixed = prisma.$extends({
      query: {
        session: {
          async updateMany({ args, query }) {
            const { key: _, ...data } = args.data;
            return query({ ...args, data });
          },
        },
      },
    });
    const { results, exitCode } = await diagnosis(fixed);
    expect(exitCode).toBe(1);
    expect(results.guard).toEqual(finding("failed", /leaves the old one/, /Exclude/));
    expect(await rowsOf(db())).toBe(0);
  });

  it("that loses what it does not know, and acknowledges it", async () => {
    const prisma = await client();
    const losing = prisma.$extends({ query: { session: { createMany: async () => ({ count: 1 }) } } });
    const { results, failed } = await diagnosis(losing);
    expect(failed).toEqual(["insert"]);
    expect(results.insert).toEqual(finding("failed", /not there under its key/, /extensions/));
    expect(results.cleanup).toEqual(finding("warning", /was not found again/, /begin with "doctor\.[0-9a-f]{16}"/));
  });

  it("whose check throws leaves no row", async () => {
    const prisma = await client();
    let updates = 0;
    const throwing = prisma.$extends({
      query: {
        session: {
          async updateMany({ args, query }) {
            if (++updates > 31) throw new Error("Out of order");
            return query(args);
          },
        },
      },
    });
    const { results, failed } = await diagnosis(throwing);
    expect(failed).toEqual(["guard", "duplicate-key"]);
    expect(results.guard).toEqual(
      finding("failed", /^The database failed: Out of order\.$/, /^Fix the cause, and run doctor again\.$/),
    );
    expect(await rowsOf(db())).toBe(0);
  });

  it("that cannot delete says which rows are left", async () => {
    const prisma = await client();
    const keeping = prisma.$extends({
      client: { $queryRawUnsafe: undefined },
      query: {
        session: {
          async deleteMany() {
            throw new Error("You must not delete");
          },
        },
      },
    });
    const { results, exitCode } = await diagnosis(keeping);
    expect(exitCode).toBe(1);
    expect(results.cleanup).toEqual(
      finding("failed", /could not be removed: You must not delete/, /key begins with "doctor\.[0-9a-f]{16}"/),
    );
    expect(await rowsOf(db())).toBeGreaterThan(0);
  });

  it("that only acknowledges a DELETE, without raw queries, says which rows are left", async () => {
    const prisma = await client();
    const keeping = prisma.$extends({
      client: { $queryRawUnsafe: undefined },
      query: { session: { deleteMany: async () => ({ count: 1 }) } },
    });
    const { results, exitCode } = await diagnosis(keeping);
    expect(exitCode).toBe(1);
    expect(results.cleanup).toEqual(
      finding("failed", /acknowledged the DELETE, but kept/, /key begins with "doctor\.[0-9a-f]{16}"/),
    );
    expect(await rowsOf(db())).toBeGreaterThan(0);
  });

  it.each([[{}], [{ $queryRawUnsafe: undefined }]])("that hashes keys leaves no row: %j", async (changes) => {
    const prisma = await client();
    const hash = (text: string) => createHash("sha256").update(text).digest("hex");
    const hashing = prisma.$extends({
      client: changes as { $queryRawUnsafe: undefined },
      query: {
        session: {
          async createMany({ args, query }) {
            return query({ ...args, data: [args.data].flat().map((row) => ({ ...row, key: hash(row.key) })) });
          },
        },
      },
    });
    const { results, failed } = await diagnosis(hashing);
    expect(failed).toEqual(["insert"]);
    expect(results.cleanup).toMatchObject({ status: "passed" });
    expect(await rowsOf(db())).toBe(0);
  });

  it.each<[string, (prisma: TestClient) => object]>([
    ["has no raw queries", (prisma) => prisma.$extends({ client: { $queryRawUnsafe: undefined } })],
    [
      "refuses raw queries",
      (prisma) =>
        Prisma.defineExtension({
          query: {
            $queryRawUnsafe: () => {
              throw new Error("Raw queries are not allowed.");
            },
          },
        })(prisma as never) as object,
    ],
  ])("that %s skips what needs them, with the reason", async (reason, extended) => {
    const { exitCode, results, failed, skipped, warning } = await diagnosis(extended(await client()));
    expect({ exitCode, failed, warning }).toEqual({ exitCode: 0, failed: [], warning: [] });
    expect(skipped).toEqual(expect.arrayContaining(["columns", "index", "expiry", "clock"]));
    for (const id of skipped) expect(results[id]?.detail).toContain(reason);
    expect(results.delete).toMatchObject({ status: "passed", detail: expect.stringContaining(reason) });
    expect(await rowsOf(db())).toBe(0);
  });
});
