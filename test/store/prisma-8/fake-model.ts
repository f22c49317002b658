// Rows in memory behind the part of a Prisma 8 model that the package calls, so that the store is tested where Prisma 8
// is not installed. test/databases/ has the real one.
import type { Prisma8Model } from "prisma-db-session/prisma-8";

type Row = Record<string, unknown>;
type Test = (row: Row) => boolean;
type Order = (a: Row, b: Row) => number;

interface FakeOptions {
  readonly target?: "postgres" | "sqlite";
  /** Codecs of the fields. */
  readonly codecs?: Readonly<Record<string, string>>;
  readonly isInTransaction?: boolean;
}

export const CODECS = {
  key: "pg/text@1",
  data: "pg/text@1",
  expireDate: "pg/timestamptz-date@1",
  userId: "pg/int4@1",
  address: "pg/text@1",
};

export function fakeModel({ target = "postgres", codecs = CODECS, isInTransaction = false }: FakeOptions = {}) {
  const table: Row[] = [];
  const fields = Object.fromEntries(
    Object.entries(codecs).map(([name, codecId]) => [
      name,
      {
        nullable: false,
        type: { kind: "scalar", codecId: codecId.replace("[]", "") },
        ...(codecId.endsWith("[]") && { many: true }),
      },
    ]),
  );
  const contract = { target, domain: { namespaces: { public: { models: { Session: { fields } } } } } };
  const described = {
    modelName: "Session",
    namespaceId: "public",
    ctx: { runtime: { ...(!isInTransaction && { connection() {} }) }, context: { contract } },
  };

  const query = (
    tests: readonly Test[],
    columns: readonly string[] = [],
    order?: Order,
    count = Number.POSITIVE_INFINITY,
    skipped = 0,
  ): unknown => {
    const meets = (row: Row) => tests.every((test) => test(row));
    const found = () => {
      const rows = table
        .filter(meets)
        .sort(order)
        .slice(skipped, skipped + count);
      return rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])));
    };
    return {
      ...described,
      where: (condition: (row: unknown) => Test) =>
        query([...tests, condition(accessor(codecs))], columns, order, count, skipped),
      select: (...names: string[]) => query(tests, names, order, count, skipped),
      orderBy: (by: (row: unknown) => Order) => query(tests, columns, by(accessor(codecs)), count, skipped),
      limit: (limit: number) => query(tests, columns, order, limit, skipped),
      offset: (offset: number) => query(tests, columns, order, count, offset),
      all: async () => found(),
      first: async () => found()[0] ?? null,
      async createAndCount([row]: Row[]) {
        if (!row || table.some(({ key }) => key === row.key)) return 0;
        return table.push({ ...row }) && 1;
      },
      async updateAndCount(values: Row) {
        const rows = table.filter(meets);
        const isTaken = values.key !== undefined && table.some((row) => row.key === values.key && !rows.includes(row));
        if (rows.length > 0 && isTaken)
          throw Object.assign(new Error("taken"), { kind: "sql_query", sqlState: "23505" });
        for (const row of rows) Object.assign(row, values);
        return rows.length;
      },
      async deleteAndCount() {
        const rows = table.filter(meets);
        for (const row of rows) table.splice(table.indexOf(row), 1);
        return rows.length;
      },
    };
  };
  return query([]) as Prisma8Model;
}

/** The fields as a callback gets them. `undefined` as a value meets no row, and an unknown field is undefined. */
const accessor = (codecs: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.keys(codecs).map((name) => {
      const compared = (is: (comparison: number) => boolean) => (value: unknown) => (row: Row) => {
        return row[name] != null && value != null && is(compare(row[name], value));
      };
      const eq = (value: unknown) => (row: Row) => compare(row[name] ?? null, value) === 0;
      const operations = {
        eq,
        neq: (value: unknown) => (row: Row) => !eq(value)(row),
        in: (values: unknown[]) => (row: Row) => values.includes(row[name]),
        notIn: (values: unknown[]) => (row: Row) => !values.includes(row[name]),
        gt: compared((comparison) => comparison > 0),
        gte: compared((comparison) => comparison >= 0),
        lt: compared((comparison) => comparison < 0),
        lte: compared((comparison) => comparison <= 0),
        like: (pattern: string) => (row: Row) => likePattern(pattern).test(String(row[name])),
        asc: () => (a: Row, b: Row) => compare(a[name], b[name]),
        desc: () => (a: Row, b: Row) => compare(b[name], a[name]),
      };
      return [name, operations];
    }),
  );

/** As PostgreSQL compares: case counts, and a backslash escapes. */
function likePattern(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|([%_])|([^\\%_])/gs, (_, escaped, wildcard, plain) =>
    wildcard ? (wildcard === "%" ? ".*" : ".") : (escaped ?? plain).replace(/[$()*+.?[\\\]^{|}]/g, "\\$&"),
  );
  return new RegExp(`^${source}$`, "s");
}

function compare(a: unknown, b: unknown): number {
  const [one, other] = [a instanceof Date ? a.getTime() : a, b instanceof Date ? b.getTime() : b] as [string, string];
  return one === other ? 0 : one < other ? -1 : 1;
}
