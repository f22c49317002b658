import { ConfigError } from "../../errors.ts";
import { fieldCodecs, isQuery } from "./model-contract.ts";
import { DATE_ADVICE } from "./to-config-error.ts";

export const PACKAGE_COLUMNS: readonly string[] = ["key", "data", "expireDate"];
const METHODS = ["where", "select", "createAndCount", "updateAndCount", "deleteAndCount"];
/** Codecs of dates that give no `Date`: `Temporal`, which Node lacks, or text. */
const NO_DATE = /-(temporal|string)@/;
const TEMPORAL = /-temporal@/;
const ADVICE =
  "Pass the model of your Prisma 8 client: `prisma8Store(db.orm.public.Session)`, on SQLite `db.orm.Session`.";

/**
 * Checks that an object is a Prisma 8 model with the columns of the package.
 *
 * TypeScript finds most of it at compile time, but not a `DateTime` that needs Temporal: without
 * its types, such a column compiles.
 *
 * @throws ConfigError that says what is wrong
 */
export function checkModel(model: unknown): asserts model is object {
  const problem = problemOf(model);
  if (problem) throw new ConfigError(`\`prisma8Store()\` needs a model of Prisma 8, ${problem}`);
  if (isQuery(model as object)) {
    throw new ConfigError(
      "`prisma8Store()` needs a model of Prisma 8, but this is already a query: it has a condition, a limit, columns or " +
        `an order. ${ADVICE}`,
    );
  }
  const codecs = fieldCodecs(model as object);
  if (!codecs) return;
  const missing = PACKAGE_COLUMNS.find((name) => !(name in codecs));
  if (missing) {
    throw new ConfigError(
      `The Prisma 8 model must have a field \`${missing}\`, but it is missing. ` +
        "Copy the model from docs/prisma-8.md of prisma-db-session, then run `npx prisma contract emit` and migrate.",
    );
  }
  if (NO_DATE.test(codecs.expireDate ?? "")) {
    throw new ConfigError(`The field \`expireDate\` of the Prisma 8 model does not give a Date. ${DATE_ADVICE}`);
  }
  const temporal = Object.keys(codecs).find((name) => TEMPORAL.test(codecs[name] ?? ""));
  if (temporal !== undefined) {
    throw new ConfigError(
      `The field \`${temporal}\` of the Prisma 8 model needs Temporal, which Node.js lacks: \`list()\` and \`revoke()\` ` +
        `would fail. Declare it as \`TimestamptzJsDate(3)\` or as text, such as \`TimestamptzString(3)\`. ` +
        "Then run `npx prisma contract emit`.",
    );
  }
}

function problemOf(model: unknown): string | undefined {
  if (typeof model !== "object" || model === null)
    return `but it got ${model === null ? "null" : typeof model}. ${ADVICE}`;
  const has = (name: string) => name in model;
  if (has("findUnique") || has("$connect")) {
    const what = has("$connect") ? "the client" : "a model";
    return `but this is ${what} of Prisma 7 or older. Pass the model of that client as the option \`model\`: \`model: prisma.session\`.`;
  }
  if (has("orm")) return `but this is the client. ${ADVICE}`;
  const missing = METHODS.filter((name) => typeof Reflect.get(model, name) !== "function");
  return missing.length > 0 ? `but it has no ${missing.join(", ")}. ${ADVICE}` : undefined;
}
