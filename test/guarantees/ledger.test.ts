import { createSessions, memoryStore, type SessionStore } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { SECRET } from "../support.ts";
import { audit } from "./audit.ts";
import { Ledger, listOf, marksOf, type Operation, readTable, type Table } from "./ledger.ts";
import { runLoad } from "./load.ts";
import { seededRandom } from "./seeded-random.ts";

const OPERATIONS = 800;
const AFTER_ALL = new Date("9999-12-31T00:00:00.000Z");

/** A load on rows in memory, and what the store is made to do wrong. */
async function load(breakIt: (sound: SessionStore) => Partial<SessionStore> = () => ({})) {
  const sound = memoryStore();
  const store = { ...sound, ...breakIt(sound) };
  const ledger = new Ledger();
  const random = seededRandom(1);
  await runLoad({
    ledger,
    random,
    sessions: (randomKey) => createSessions({ store, secret: SECRET, randomKey }),
    isOfDatabase: (error) => error === lost,
    isOver: () => ledger.operations.length > OPERATIONS,
  });
  const { load } = createSessions({ store: sound, secret: SECRET });
  // A store cannot count its rows, but clearing it does.
  const { clearExpired } = createSessions({ store: sound, secret: SECRET, now: () => AFTER_ALL });
  const table = await readTable(ledger, load, clearExpired);
  return { ledger, table };
}

let updates = 0;
const ANY = { startsWith: "" };
const lost = new Error("Connection lost");
const losses = seededRandom(2);

async function unreliably<Result>(statement: () => Promise<Result>): Promise<Result> {
  if (losses.chance(0.1)) throw lost;
  const result = await statement();
  if (losses.chance(0.1)) throw lost;
  return result;
}

it("finds nothing wrong with sound sessions", async () => {
  const { ledger, table } = await load();
  expect(audit(ledger, table).lies).toEqual([]);
  const answers = new Set(ledger.operations.map(({ kind, outcome }) => `${kind} ${outcome}`));
  expect([...answers].sort()).toEqual([
    "create acknowledged",
    "cycleKey acknowledged",
    "cycleKey over",
    "flush acknowledged",
    "load acknowledged",
    "save acknowledged",
    "save over",
  ]);
});

it("finds nothing wrong with sound sessions whose statements and answers are lost", async () => {
  const seen = { repeated: 0, failedYetApplied: 0 };
  // Which statements are lost depends on how the requests meet, so one run may see too little.
  for (let run = 0; run < 10 && Object.values(seen).includes(0); run++) {
    const { ledger, table } = await load((sound) => ({
      find: (key) => unreliably(() => sound.find(key)),
      insert: (row) => unreliably(() => sound.insert(row)),
      update: (...args) => unreliably(() => sound.update(...args)),
      delete: (key) => unreliably(() => sound.delete(key)),
    }));
    const { lies, curiosities } = audit(ledger, table);
    expect(lies).toEqual([]);
    seen.repeated += curiosities.repeated;
    seen.failedYetApplied += curiosities.failedYetApplied;
  }
  expect(seen.repeated).toBeGreaterThan(0);
  expect(seen.failedYetApplied).toBeGreaterThan(0);
});

const counted: [what: string, verified: number, key: string | undefined, steps: Step[]][] = [
  [
    "those whose marks are there, but not those that failed",
    2,
    "k0",
    [
      [1, "load", "acknowledged"],
      [1, "save", "acknowledged"],
      [1, "save", "failed", { isMissing: true }],
    ],
  ],
  [
    "one that another took away, and not one that a failed write may have taken",
    3,
    "k0",
    [
      [1, "load", "acknowledged"],
      [1, "save", "acknowledged", { isMissing: true }],
      [1, "save", "acknowledged"],
      [2, "load", "acknowledged"],
      [2, "save", "acknowledged", { takes: 2 }],
      [2, "save", "failed", { takes: 3, isMissing: true }],
    ],
  ],
  [
    "of a session that was flushed only the flush",
    1,
    undefined,
    [
      [1, "load", "acknowledged"],
      [1, "save", "acknowledged"],
      [1, "flush", "acknowledged"],
    ],
  ],
];
it.each(counted)("counts as verified %s", (_what, verified, key, steps) => {
  const { ledger, table } = tell(key, steps);
  expect(audit(ledger, table)).toMatchObject({ lies: [], verified });
  expect(ledger.verifiable).toBeGreaterThanOrEqual(verified);
});

it("takes stale answers for lies only where no reading may be stale", () => {
  const { ledger, table } = tell(undefined, [
    [1, "load", "over"],
    [2, "load", "acknowledged"],
    [2, "flush", "acknowledged"],
    [3, "load", "acknowledged"],
  ]);
  expect(audit(ledger, table).lies).toHaveLength(2);
  expect(audit(ledger, table, { readsMayBeStale: true })).toMatchObject({ lies: [], curiosities: { stale: 2 } });
});

describe("finds", () => {
  const broken: [what: string, lie: RegExp, breakIt: (sound: SessionStore) => Partial<SessionStore>][] = [
    [
      "an UPDATE without its guard",
      /was acknowledged and is not there/,
      (sound) => ({ update: (key, { liveAt }, changes) => sound.update(key, { liveAt, data: ANY }, changes) }),
    ],
    [
      "a save that inserts what is gone",
      /is back after flush|was acknowledged after flush|has 2 rows/,
      (sound) => ({
        async update(key, guard, changes) {
          const outcome = await sound.update(key, guard, changes);
          if (outcome !== "unmatched" || (await sound.find(key))) return outcome;
          await sound.insert({ data: "", ...changes, key: changes.key ?? key });
          return "updated";
        },
      }),
    ],
    ["a flush that deletes nothing", /is back after flush/, () => ({ delete: async () => true })],
    [
      "a change of the key that leaves the old row",
      /has \d+ rows/,
      (sound) => ({
        async update(key, guard, changes) {
          if (changes.key === undefined) return sound.update(key, guard, changes);
          return (await sound.insert({ data: "", ...changes, key: changes.key })) ? "updated" : "taken";
        },
      }),
    ],
    [
      "a creation that is made twice",
      /have an owner/,
      (sound) => ({
        async insert(row) {
          await sound.insert({ ...row, key: `${row.key}x` });
          return sound.insert(row);
        },
      }),
    ],
    ["a save that only says so", /was acknowledged and is not there/, () => ({ update: async () => "updated" })],
    [
      "an error that is not the database's",
      /threw "Wrapped"/,
      () => ({
        async delete() {
          throw new Error("Wrapped", { cause: lost });
        },
      }),
    ],
    [
      "a session that no operation has ended",
      /no operation ended it|no operation flushed it/,
      (sound) => ({
        async update(key, guard, changes) {
          if (++updates % 100 === 0) await sound.delete(key);
          return sound.update(key, guard, changes);
        },
      }),
    ],
  ];
  it.each(broken)("%s", async (_what, lie, breakIt) => {
    const { ledger, table } = await load(breakIt);
    expect(audit(ledger, table).lies.join("\n")).toMatch(lie);
  });

  const told: [what: string, lie: RegExp | undefined, key: string | undefined, steps: Step[]][] = [
    [
      "nothing in a session that goes on under the key of a rotation whose answer was lost, though another flushed the old key",
      undefined,
      "k1",
      [
        [1, "load", "acknowledged"],
        [1, "cycleKey", "failed", { drawn: "k1" }],
        [2, "flush", "acknowledged"],
        [1, "save", "acknowledged", { to: "k1" }],
      ],
    ],
    [
      "a flush that leaves the row of a rotation of the same object",
      /is back after flush/,
      "k1",
      [
        [1, "load", "acknowledged"],
        [1, "cycleKey", "failed", { drawn: "k1" }],
        [1, "flush", "acknowledged"],
      ],
    ],
    [
      "a load of a key that was flushed, after a cycleKey that failed",
      /load 4 .* was acknowledged after flush/,
      undefined,
      [
        [1, "load", "acknowledged"],
        [1, "cycleKey", "failed", { drawn: "k1" }],
        [2, "flush", "acknowledged"],
        [1, "load", "acknowledged"],
      ],
    ],
    [
      "what another object saves after it",
      /save 5 .* was acknowledged after flush/,
      "k2",
      [
        [1, "load", "acknowledged"],
        [1, "cycleKey", "failed", { drawn: "k1" }],
        [2, "flush", "acknowledged"],
        [1, "load", "acknowledged"],
        [1, "save", "acknowledged", { drawn: "k2", to: "k2" }],
      ],
    ],
    [
      "a save that gives a new key for no reason",
      /has a row under a key that it may not have/,
      "k1",
      [
        [1, "load", "acknowledged"],
        [1, "save", "acknowledged", { drawn: "k1", to: "k1" }],
      ],
    ],
    [
      "a save under the old key after a cycleKey that failed",
      /save 3 .* was under the key that cycleKey 2 .* was to end/,
      "k0",
      [
        [1, "load", "acknowledged"],
        [1, "cycleKey", "failed", { drawn: "k1" }],
        [1, "save", "acknowledged"],
      ],
    ],
    [
      "nothing in a save that failed and is not there",
      undefined,
      "k0",
      [
        [1, "load", "acknowledged"],
        [1, "save", "failed", { isMissing: true }],
      ],
    ],
    [
      "a save that is lost although a later save of the same object was acknowledged",
      /save 2 .* was saved again on the same object and is not there/,
      "k0",
      [
        [1, "load", "acknowledged"],
        [1, "save", "failed", { isMissing: true }],
        [1, "save", "acknowledged"],
      ],
    ],
    [
      "a save that is applied a second time after another request took it",
      /save 2 .* is back after save 4 .* took it: applied twice/,
      "k0",
      [
        [1, "load", "acknowledged"],
        [1, "save", "failed"],
        [2, "load", "acknowledged"],
        [2, "save", "acknowledged", { takes: 2 }],
        [1, "save", "acknowledged"],
      ],
    ],
    [
      "nothing in a save that another request took away",
      undefined,
      "k0",
      [
        [1, "load", "acknowledged"],
        [1, "save", "acknowledged", { isMissing: true }],
        [2, "load", "acknowledged"],
        [2, "save", "acknowledged", { takes: 2 }],
      ],
    ],
  ];
  it.each(told)("%s", (_what, lie, key, steps) => {
    const { ledger, table } = tell(key, steps);
    const { lies } = audit(ledger, table);
    if (lie) expect(lies.join("\n")).toMatch(lie);
    else expect(lies).toEqual([]);
  });

  it("a ConflictError without a failure of the same object before it", () => {
    const undecided = Object.assign(new Error("undecided", { cause: lost }), { code: "SESSION_CONFLICT" });
    const ledger = new Ledger();
    const begin = (object: object) => ledger.begin({ kind: "save", actor: 1, object, life: undefined, from: "k0" });
    const isOfDatabase = (error: unknown) => error === lost;
    const object = {};
    ledger.fail(begin(object), lost, isOfDatabase);
    ledger.fail(begin(object), undecided, isOfDatabase);
    expect(ledger.wrongAnswers).toEqual([]);
    ledger.fail(begin({}), undecided, isOfDatabase);
    expect(ledger.wrongAnswers).toEqual(["save 2 threw SESSION_CONFLICT"]);
  });

  const tampered: [what: string, lie: RegExp, tamper: (data: Record<string, unknown>, ledger: Ledger) => void][] = [
    [
      "half a save",
      /is half there/,
      (data) => {
        delete data[Object.keys(data).find((key) => /^b\d/.test(key)) ?? ""];
      },
    ],
    [
      "a change that was made twice",
      /is twice in a list/,
      (data) => {
        const list = Object.values(data).find((value) => typeof value === "object") as { numbers: number[] };
        list.numbers.push(...list.numbers);
      },
    ],
    [
      "a change deep inside that is lost",
      /was acknowledged and is not in its list/,
      (data) => {
        const list = Object.values(data).find((value) => typeof value === "object") as { numbers: number[] };
        list.numbers.pop();
      },
    ],
    [
      "what belongs to another session",
      /of another session/,
      (data, ledger) => {
        const stranger = ledger.lives.find(({ creation }) => !(marksOf(creation)[0] in data));
        if (stranger) data[marksOf(stranger.creation)[0]] = stranger.creation.number;
      },
    ],
  ];
  it.each(tampered)("%s", async (_what, lie, tamper) => {
    const { ledger, table } = await load();
    tamper(fullest(table), ledger);
    expect(audit(ledger, table).lies.join("\n")).toMatch(lie);
  });
});

/** The row of the most saves, some of which have changed a list. */
function fullest({ rows }: Table): Record<string, unknown> {
  const data = [...rows.values()].filter((row) =>
    Object.keys(row).some((key) => key.startsWith(listOf(0).slice(0, -1))),
  );
  return data.sort((a, b) => Object.keys(b).length - Object.keys(a).length)[0] ?? {};
}

type Step = [
  actor: number,
  kind: Operation["kind"],
  outcome: "acknowledged" | "failed" | "over",
  more?: {
    /** The key that was drawn for it. */
    readonly drawn?: string;
    /** The key of the session object afterwards. */
    readonly to?: string;
    /** What it takes away. */
    readonly takes?: number;
    /** Whether the row lacks it. */
    readonly isMissing?: boolean;
  },
];

/** A session with the key k0, what happened to it, and the key under which its row is in the end. */
function tell(key: string | undefined, steps: readonly Step[]): { ledger: Ledger; table: Table } {
  const ledger = new Ledger();
  const creation = ledger.begin({ kind: "create", actor: 0, object: {}, life: undefined, from: null });
  creation.drawn.push("k0");
  ledger.acknowledge(creation, "k0");
  const life = ledger.born(creation);
  const data: Record<string, unknown> = {};
  const write = (operation: Operation) => {
    for (const mark of marksOf(operation)) data[mark] = operation.number;
  };
  write(creation);
  const objects = new Map<number, object>();
  for (const [actor, kind, outcome, { drawn, to = "k0", takes, isMissing = false } = {}] of steps) {
    if (kind === "load" || !objects.has(actor)) objects.set(actor, {});
    const object = objects.get(actor) as object;
    const operation = ledger.begin({
      kind,
      actor,
      object,
      life,
      from: "k0",
      takes: takes === undefined ? [] : [takes],
    });
    if (drawn) operation.drawn.push(drawn);
    if (outcome === "acknowledged") ledger.acknowledge(operation, to);
    else if (outcome === "over") ledger.over(operation);
    else ledger.fail(operation, lost, () => true);
    if (["save", "cycleKey"].includes(kind) && !isMissing) write(operation);
  }
  const rows = new Map(key ? [[key, data]] : []);
  return { ledger, table: { rows, count: rows.size } };
}
