/**
 * A model that refuses arguments with an explicit `undefined`, as Prisma's preview feature
 * `strictUndefinedChecks` does.
 */
export function refusingUndefined<Model extends object>(model: Model): Model {
  return new Proxy(model, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (args: unknown) => {
        refuseUndefined(args, String(name));
        return member.call(target, args);
      };
    },
  });
}

function refuseUndefined(value: unknown, path: string): void {
  if (value === undefined) throw new TypeError(`${path} is an explicit undefined.`);
  if (typeof value !== "object" || value === null || value instanceof Date) return;
  for (const [name, part] of Object.entries(value)) refuseUndefined(part, `${path}.${name}`);
}
