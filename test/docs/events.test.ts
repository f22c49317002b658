import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { root } from "./code-blocks.ts";

/** The members of the type SessionEvent, as its source has them: the names, and the fields beside `type`. */
async function declaredEvents(): Promise<Record<string, string[]>> {
  const source = await readFile(`${root}src/events.ts`, "utf8");
  const [, union = ""] = /^export type SessionEvent =\n(.*?);\n\n/ms.exec(source) ?? [];
  const events: Record<string, string[]> = {};
  for (const member of union.split(/^ {2}\| /m)) {
    const [, names = ""] = /readonly type:\s*([^;}]+)/.exec(member) ?? [];
    const fields = [...member.matchAll(/readonly (\w+):/g)].map(([, field = ""]) => field);
    if (member.includes("KeyedEvent")) fields.push("keyHash");
    for (const [, name = ""] of names.matchAll(/"(\w+)"/g)) events[name] = fields.filter((field) => field !== "type");
  }
  return events;
}

it("docs/events.md lists every event with its fields, and says when it comes and what to do", async () => {
  const text = await readFile(`${root}docs/events.md`, "utf8");
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| `") && !line.startsWith("| `type`"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const unkeyed = [...(/Every event except (.*) also has `keyHash`/.exec(text)?.[1]?.matchAll(/`(\w+)`/g) ?? [])].map(
    ([, name]) => name,
  );
  const listed = rows.map(([, type = "", fields = ""]) => {
    const name = type.replaceAll("`", "");
    const named = [...fields.matchAll(/`(\w+)`/g)].map(([, field = ""]) => field);
    return [name, unkeyed.includes(name) ? named : [...named, "keyHash"]] as const;
  });

  const declared = await declaredEvents();
  expect(Object.keys(declared).length).toBeGreaterThan(10);
  expect(listed.map(([name]) => name).toSorted()).toEqual(Object.keys(declared).toSorted());
  for (const [name, fields] of listed) expect(fields.toSorted(), name).toEqual(declared[name]?.toSorted());
  for (const [, type, , when, toDo] of rows) expect([when, toDo], type).not.toContain("");
});

it("docs/events.md names the values that a field can have", async () => {
  const source = await readFile(`${root}src/events.ts`, "utf8");
  const text = await readFile(`${root}docs/events.md`, "utf8");
  const [, reasons = ""] = /readonly reason: ([^}]+)}/.exec(source) ?? [];
  const [, by = ""] = /readonly by: ([^}]+)}/.exec(source) ?? [];
  const values = [...`${reasons}${by}`.matchAll(/"\w+"/g)].map(([value]) => value);
  expect(values.length).toBeGreaterThan(5);
  for (const value of values) expect(text).toContain(`\`${value}\``);
});
