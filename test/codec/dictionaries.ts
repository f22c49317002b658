import fc from "fast-check";

/** Every unit that a text can have, among them halves of surrogate pairs and NUL. */
const anyText = fc.string({ unit: "binary", maxLength: 20 });
const SPECIAL = ["__proto__", "constructor", "prototype", "toString", "toJSON", "json", "meta", "then", "", "0", "a.b"];
const anyName = fc.oneof({ weight: 3, arbitrary: anyText }, { weight: 1, arbitrary: fc.constantFrom(...SPECIAL) });
const scalar = fc.oneof(
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.constantFrom<unknown>(true, false, null, "2030-01-01T00:00:00.000Z", '"', "\\", ".", "{}", "\u2028"),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    dictionaryOf(tie("value"), anyName),
  ),
}));
/** As deep as a session allows. */
const deep = fc.integer({ min: 1, max: 499 }).map((depth) => {
  let nested: unknown = "end";
  for (let i = 0; i < depth; i++) nested = i % 2 ? [nested] : { "": nested };
  return nested;
});

function dictionaryOf(values: fc.Arbitrary<unknown>, names: fc.Arbitrary<string>) {
  return fc.array(fc.tuple(names, values), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));
}

/**
 * Any data of a session.
 * @param refused Names that the serializer refuses.
 * @param more Names that the dictionary may have besides.
 */
export function dictionary(refused: RegExp, more: readonly string[] = []): fc.Arbitrary<Record<string, unknown>> {
  const values = fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: deep });
  const names = more.length === 0 ? anyName : fc.oneof({ weight: 9, arbitrary: anyName }, fc.constantFrom(...more));
  return dictionaryOf(values, names).filter((data) => !namesIn(data).some((each) => refused.test(each)));
}

function namesIn(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const below = Object.values(part).flatMap(namesIn);
  return Array.isArray(part) ? below : [...Object.keys(part), ...below];
}
