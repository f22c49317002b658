import { CommandError } from "./command-error.ts";
import { printable } from "./printable.ts";

/** A string, which is a key if a colon follows, or the begin or end of an object. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g;

/**
 * Of a key that is given twice, JSON.parse drops the first value. Prisma ignores `__proto__`.
 *
 * @param text valid JSON
 * @throws CommandError if an object has a key twice, or the key `__proto__`
 */
export function checkJsonKeys(option: string, text: string): void {
  const objects: Set<string>[] = [];
  for (const [token, string, colon] of text.matchAll(TOKEN)) {
    if (token === "{") objects.push(new Set());
    else if (token === "}") objects.pop();
    else if (string !== undefined && colon !== undefined) {
      const key: string = JSON.parse(string);
      if (key === "__proto__") {
        throw new CommandError(`--${option} must not contain __proto__, which Prisma ignores. Leave it out.`);
      }
      if (objects.at(-1)?.has(key)) {
        throw new CommandError(
          `--${option} has the key ${printable(key)} twice in one object, so that the first would be ignored. ` +
            `Use each key once, as in '{"userId":{"in":[7,8]}}'.`,
        );
      }
      objects.at(-1)?.add(key);
    }
  }
}
