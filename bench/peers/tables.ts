import { count } from "./plots/format.ts";
import { PLACE_TITLES } from "./plots/next.ts";
import { type NextResult, type OperationName, type OperationResult, type PeersResult, QUIET } from "./result.ts";
import { quantile, summarize } from "./statistics.ts";
import type { PeerName } from "./stores/index.ts";

const HEADS: Readonly<Record<OperationName, string>> = {
  load: "load",
  save: "save",
  create: "create",
  readRequest: "request that reads",
  request: "request",
  rotate: "rotate",
  signOut: "sign out",
};

interface Comparison {
  readonly operation: OperationName;
  readonly concurrent: number;
  readonly peer: PeerName;
}

/** This package's time, divided by that of the peer, must be at most `most`. */
interface Goal extends Comparison {
  readonly most: number;
  readonly isPrepared?: boolean;
}

const REQUEST: Goal = { operation: "request", concurrent: 32, peer: "connect-pg-simple", most: 1.5 };

const GOALS: readonly Goal[] = [
  REQUEST,
  { ...REQUEST, isPrepared: true },
  { operation: "load", concurrent: 32, peer: "Prisma 7", most: 1.25 },
  { operation: "save", concurrent: 1, peer: "Prisma 7", most: 1.15 },
  { operation: "save", concurrent: 32, peer: "Prisma 7", most: 1.15 },
  { operation: "save", concurrent: 1, peer: "Prisma 7, guarded", most: 1.1 },
  { operation: "save", concurrent: 32, peer: "Prisma 7, guarded", most: 1.1 },
];

const ABOUT_NUMBERS = `Each number is the median of all rounds. Half of the rounds are within the range in parentheses.
With 32 visitors, a number is the total time, divided by the number of operations. Each visitor
waits longer.
`;

/** The region of docs/benchmarks.md that a run writes. */
export function tables(result: PeersResult): string {
  return [
    measuredOn(result),
    "## Operations\n",
    ABOUT_NUMBERS,
    "![The time of each operation with 32 concurrent visitors](plots/concurrent.svg)\n",
    operationTable(result, 32),
    "![The time of each operation with one visitor](plots/alone.svg)\n",
    operationTable(result, 1),
    ratioTable(result),
    goalTable(result),
    shareTable(result),
    "## In Next.js\n",
    "![Requests per second of a Next.js app](plots/next.svg)\n",
    "Requests per second with their range, then the median (p50) and p99 of the response times.\n",
    nextTable(result, 32),
    nextTable(result, 1),
    "## Growth\n",
    "![The time of a request by data, rows and concurrent writers](plots/growth.svg)\n",
    keptSentence(result),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function measuredOn(result: PeersResult): string {
  const { date, isTrial, minutes, commit, loadAverage, machine, versions, skipped, operations } = result;
  const { cpu, cores, memoryGb, system, node, postgresql, settings } = machine;
  const [load = 0] = loadAverage;
  const list = (values: Readonly<Record<string, string>>, between: string) =>
    Object.entries(values).map(([name, value]) => `\`${name}\`${between}${value}`);
  const manyRows = result.growth.rows.some(({ rows }) => rows > 1e6) ? " with `--many-rows`" : "";
  const busy = `**The machine was busy when the run began (load average ${load.toFixed(2)}).** Its numbers say little.\n`;
  return `${[
    `The command ran${manyRows} on ${date}, for ${minutes} minutes, with ${operations[0]?.us.length} rounds.\n`,
    ...(isTrial ? ["**This run only tried the benchmark.** Its numbers say little.\n"] : []),
    ...(load > QUIET ? [busy] : []),
    ...skipped.map(({ peer, reason }) => `${peer} did not run. ${reason}.\n`),
    `| on | |\n|---|---|\n| machine | ${cpu}, ${cores} cores, ${memoryGb} GB, ${system} |`,
    `| load average | ${loadAverage.length === 0 ? "not recorded" : loadAverage.map((one) => one.toFixed(2)).join(" at the start, at the end ")} |`,
    `| commit | ${commit} |`,
    `| Node.js | ${node} |`,
    `| PostgreSQL | ${[postgresql, ...list(settings, " = ")].join(", ")} |`,
    `| packages | ${list(versions, " ").join(", ")} |`,
  ].join("\n")}\n`;
}

const PEERS = <Name extends string>(results: readonly { readonly peer: Name }[]) => [
  ...new Set(results.map(({ peer }) => peer)),
];

const microseconds = ({ operations }: PeersResult, peer: PeerName, operation: OperationName, concurrent: number) =>
  operations.find((one) => one.peer === peer && one.operation === operation && one.concurrent === concurrent)?.us;

const thisPackage = ({ isPrepared = false }): PeerName =>
  isPrepared ? "prisma-db-session, prepared" : "prisma-db-session";

/** The rounds of one candidate, divided by those of a peer. Empty if one did not run. */
function ratiosOf(candidate: PeerName, result: PeersResult, { operation, concurrent, peer }: Comparison): number[] {
  const own = microseconds(result, candidate, operation, concurrent) ?? [];
  const other = microseconds(result, peer, operation, concurrent) ?? [];
  return own.flatMap((us, round) => (other[round] === undefined ? [] : [us / other[round]]));
}

const ratio = (number: number) => (Number.isNaN(number) ? "" : number.toFixed(2));

function operationTable({ operations }: PeersResult, concurrent: number): string {
  const shown = operations.filter((one) => one.concurrent === concurrent);
  const cell = ({ us }: OperationResult) => {
    const { median, low, high } = summarize(us);
    return `${count(median)} (${count(low)}–${count(high)})`;
  };
  const rows = PEERS(shown).map((peer) => [
    peer,
    ...Object.keys(HEADS).map((operation) => {
      const found = shown.find((one) => one.peer === peer && one.operation === operation);
      return found ? cell(found) : "";
    }),
  ]);
  const what = concurrent === 1 ? "one visitor" : `${concurrent} concurrent`;
  return markdownTable([`µs, ${what}`, ...Object.values(HEADS)], rows);
}

const COMPARED = Object.keys(HEADS) as OperationName[];

/** This package against each peer, by the median of the ratios of each round. */
function ratioTable(result: PeersResult): string {
  const columns = [1, 32].flatMap((concurrent) => COMPARED.map((operation) => ({ operation, concurrent })));
  const others = PEERS(result.operations).filter((peer) => !peer.startsWith("prisma-db-session"));
  const rows = others.map((peer) => {
    const own = thisPackage({ isPrepared: peer.endsWith(", prepared") });
    return [peer, ...columns.map((column) => ratio(quantile(ratiosOf(own, result, { ...column, peer }), 0.5)))];
  });
  const heads = columns.map(({ operation, concurrent }) => `${HEADS[operation]}, ${concurrent}`);
  return `The time of this package, divided by the time of another. Below 1, this package is faster. Each is
the median of the ratios of the rounds. So it can differ from the ratio of two medians above. In a
row of prepared statements, this package uses them too. The loads of Prisma 7 and of Prisma 7,
guarded are nearly the same work: their difference shows the noise.

${markdownTable(["divided by", ...heads], rows)}`;
}

function goalTable(result: PeersResult): string {
  const rows = GOALS.map((goal) => {
    const { operation, concurrent, peer, most, isPrepared } = goal;
    const { median, low, high } = summarize(ratiosOf(thisPackage({ isPrepared }), result, goal));
    const measured = Number.isNaN(median)
      ? ["", ""]
      : [`${ratio(median)} (${ratio(low)}–${ratio(high)})`, low > most ? "missed" : high <= most ? "met" : "unclear"];
    return [`${HEADS[operation]}${isPrepared ? ", prepared" : ""}`, `${concurrent}`, peer, `${most}`, ...measured];
  });
  const others = (["Prisma 7", "Prisma 7, guarded", "Prisma 7, guarded, prepared"] as const)
    .map((peer) => [peer, quantile(ratiosOf(peer, result, REQUEST), 0.5)] as const)
    .filter(([, median]) => !Number.isNaN(median))
    .map(([peer, median]) => `${peer} ${ratio(median)}`);
  return `### Goals

A ratio is the time of this package, divided by the other time. If its range includes the goal, the
result is unclear.

${markdownTable(["operation", "visitors", "compared with", "goal: at most", "measured", "result"], rows)}
The times of others for the first row, divided by connect-pg-simple:
${others.join("; ")}.
`;
}

/** How much of this package's time is of PostgreSQL and `pg`, Prisma, the guard, and the package. */
function shareTable(result: PeersResult): string {
  const columns = [1, 32].flatMap((concurrent) =>
    (["load", "save", "request"] as const).map((operation) => ({ operation, concurrent })),
  );
  const medians = columns.map(({ operation, concurrent }) => {
    const median = (peer: PeerName) => quantile(microseconds(result, peer, operation, concurrent) ?? [], 0.5);
    return {
      pg: median("pg"),
      prisma: median("Prisma 7"),
      // A load has no guard.
      guarded: operation === "load" ? undefined : median("Prisma 7, guarded"),
      own: median("prisma-db-session"),
    };
  });
  const row = (name: string, partOf: (of: (typeof medians)[number]) => number) => [
    name,
    ...medians.map((of) =>
      Number.isNaN(partOf(of)) ? "" : `${count(partOf(of))} µs, ${count((100 * partOf(of)) / of.own)} %`,
    ),
  ];
  const heads = columns.map(({ operation, concurrent }) => `${HEADS[operation]}, ${concurrent}`);
  return `### Where the time goes

The first row is the median of \`pg\`. Each next row is what one layer adds. The last row includes the
cookie of a request. A load has no guard. A part smaller than the ranges above is not reliable.

${markdownTable(
  ["of the time of this package", ...heads],
  [
    row("`pg` and PostgreSQL", ({ pg }) => pg),
    row("added by Prisma", ({ pg, prisma }) => prisma - pg),
    row("added by the guard, in Prisma and PostgreSQL", ({ prisma, guarded = Number.NaN }) => guarded - prisma),
    row("added by this package", ({ prisma, guarded = prisma, own }) => own - guarded),
  ],
)}`;
}

function nextTable({ next }: PeersResult, concurrent: number): string {
  const shown = next.filter((one) => one.concurrent === concurrent);
  const places = Object.keys(PLACE_TITLES);
  const cell = ({ requestsPerSecond, p50, p99 }: NextResult) => {
    const { median, low, high } = summarize(requestsPerSecond);
    return `${count(median)}/s (${count(low)}–${count(high)}), ${milliseconds(p50)} and ${milliseconds(p99)} ms`;
  };
  const rows = PEERS(shown).map((peer) => [
    peer === "none" ? "no session" : peer,
    ...places.map((place) => {
      const found = shown.find((one) => one.peer === peer && one.place === place);
      return found ? cell(found) : "";
    }),
  ]);
  return markdownTable([concurrent === 1 ? "one visitor" : `${concurrent} concurrent`, ...places], rows);
}

function milliseconds(rounds: readonly number[]): string {
  const median = quantile(rounds, 0.5);
  return median.toFixed(median < 10 ? 1 : 0);
}

function keptSentence({ growth: { writers } }: PeersResult): string {
  const most = Math.max(...writers.map((one) => one.writers));
  const rows = writers
    .filter((one) => one.writers === most)
    .map(({ peer, kept }) => `${peer} ${(100 * quantile(kept, 0.5)).toFixed(0)} %`);
  return `When ${most} concurrent requests each set a value of their own in one session, these were kept:
${rows.join(", ")}.
A store that loses changes does less work, so do not compare the times of concurrent writers.
`;
}

/** Numbers are on the right. No rows are no table. */
function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const lines = [heads, ["---", ...heads.slice(1).map(() => "---:")], ...rows];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}
