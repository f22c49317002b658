/**
 * Prisma leaves out what is undefined in a condition, so that `{ userId: undefined }` means everybody.
 * @throws TypeError for that, and for what is no condition
 */
export function checkCondition(method: "list" | "revoke", where: unknown): void {
  if (typeof where !== "object" || where === null || Array.isArray(where)) {
    throw new TypeError(`${method}() needs a condition like \`{ userId: 7 }\`. For all sessions, give \`{}\`.`);
  }
  const path = undefinedIn(where);
  if (path === undefined) return;
  throw new TypeError(
    `In the condition of ${method}(), ${path} is undefined, which Prisma takes for any value. Give a value, or leave it out.`,
  );
}

function undefinedIn(value: object): string | undefined {
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined) return name;
    const inside = typeof each === "object" && each !== null ? undefinedIn(each) : undefined;
    if (inside !== undefined) return `${name}.${inside}`;
  }
  return undefined;
}
