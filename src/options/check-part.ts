import { ConfigError } from "../errors.ts";

/** @throws ConfigError if a part lacks one of the methods */
export function checkPart(name: string, part: unknown, methods: readonly string[]): void {
  const missing = methods.filter((method) => typeof Reflect.get(Object(part), method) !== "function");
  if (missing.length === 0) return;
  throw new ConfigError(`\`${name}\` must have ${missing.map((method) => `\`${method}\``).join(", ")}.`);
}
