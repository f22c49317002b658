import { medianRatio } from "../rounds.ts";
import { count } from "./plots/format.ts";
import { PLACE_TITLES } from "./plots/next.ts";
import { OPERATION_TITLES } from "./plots/operations.ts";
import type { NextResult, OperationResult, PeersResult } from "./result.ts";
import { quantile, summarize } from "./statistics.ts";

/** The region of docs/benchmarks.md that a run writes. */
export function tables(result: PeersResult): string {
  return [
    measuredOn(result),
    "## Operations\n",
    "![The time of each operation with 32 concurrent visitors](plots/concurrent.svg)\n",
    operationTable(result, 32),
    "![The time of each operation with one visitor](plots/alone.svg)\n",
    operationTable(result, 1),
    ratioTable(result),
    "## In Next.js\n",
    "![Requests per second of a Next.js app](plots/next.svg)\n",
    nextTable(result),
    "## Growth\n",
    "![The time of a request by data, rows and concurrent writers](plots/growth.svg)\n",
    keptSentence(result),
  ].join("\n");
}

function measuredOn({ date, isTrial, minutes, machine, versions, skipped, operations }: PeersResult): string {
  const { cpu, cores, memoryGb, system, node, postgresql } = machine;
  const rounds = operations[0]?.us.length;
  const packages = Object.entries(versions).map(([name, version]) => `| \`${name}\` | ${version} |`);
  const notes = [
    ...(isTrial ? ["**This run only tried the benchmark.** Its numbers say little.\n"] : []),
    ...skipped.map(({ peer, reason }) => `${peer} did not run. ${reason}.\n`),
  ];
  return `${[
    `The command ran on ${date}, for ${minutes} minutes, with ${rounds} rounds.\n`,
    ...notes,
    `| on | |\n|---|---|\n| machine | ${cpu}, ${cores} cores, ${memoryGb} GB, ${system} |`,
    `| Node.js | ${node} |\n| PostgreSQL | ${postgresql} |`,
    ...packages,
  ].join("\n")}\n`;
}

const PEERS = (results: readonly { readonly peer: string }[]) => [...new Set(results.map(({ peer }) => peer))];

function operationTable({ operations }: PeersResult, concurrent: number): string {
  const shown = operations.filter((one) => one.concurrent === concurrent);
  const names = Object.keys(OPERATION_TITLES);
  const cell = ({ us }: OperationResult) => {
    const { median, low, high } = summarize(us);
    return `${count(median)} (${count(low)}–${count(high)})`;
  };
  const rows = PEERS(shown).map((peer) => {
    const cells = names.map((operation) => {
      const found = shown.find((one) => one.peer === peer && one.operation === operation);
      return found ? cell(found) : "";
    });
    return `| ${peer} | ${cells.join(" | ")} |`;
  });
  const what = concurrent === 1 ? "one visitor" : `${concurrent} concurrent`;
  const heads = ["load", "save", "create", "request", "rotate", "sign out"];
  return `${[`| µs, ${what} | ${heads.join(" | ")} |`, `|---|${"---:|".repeat(heads.length)}`, ...rows].join("\n")}\n`;
}

/** This package against each peer, by the median of the ratios of each round. */
function ratioTable({ operations }: PeersResult): string {
  const find = (peer: string, operation: string, concurrent: number) =>
    operations.find((one) => one.peer === peer && one.operation === operation && one.concurrent === concurrent)?.us;
  const heads = [1, 32].flatMap((concurrent) =>
    ["load", "save", "create", "request"].map((operation) => ({ operation, concurrent })),
  );
  const others = PEERS(operations).filter((peer) => !peer.startsWith("prisma-db-session"));
  const rows = others.map((peer) => {
    const cells = heads.map(({ operation, concurrent }) => {
      const [own, other] = [find("prisma-db-session", operation, concurrent), find(peer, operation, concurrent)];
      return own && other ? medianRatio(own, other).toFixed(2) : "";
    });
    return `| ${peer} | ${cells.join(" | ")} |`;
  });
  const head = heads.map(({ operation, concurrent }) => `${operation}, ${concurrent}`).join(" | ");
  return `${[
    "The time of this package, divided by the time of another. Below 1, this package is faster.\n",
    `| divided by | ${head} |`,
    `|---|${"---:|".repeat(heads.length)}`,
    ...rows,
  ].join("\n")}\n`;
}

function nextTable({ next }: PeersResult): string {
  const places = Object.keys(PLACE_TITLES);
  const cell = ({ requestsPerSecond, p50, p99 }: NextResult) =>
    `${count(quantile(requestsPerSecond, 0.5))}/s, ${quantile(p50, 0.5).toFixed(0)} and ${quantile(p99, 0.5).toFixed(0)} ms`;
  const rows = PEERS(next).map((peer) => {
    const cells = places.map((place) => {
      const found = next.find((one) => one.peer === peer && one.place === place);
      return found ? cell(found) : "";
    });
    return `| ${peer === "none" ? "no session" : peer} | ${cells.join(" | ")} |`;
  });
  return `${[
    "Requests per second, then the median (p50) and p99 of their times. Each is a median of all rounds.\n",
    `| | ${places.join(" | ")} |`,
    `|---|${"---|".repeat(places.length)}`,
    ...rows,
  ].join("\n")}\n`;
}

function keptSentence({ growth: { writers } }: PeersResult): string {
  const most = Math.max(...writers.map((one) => one.writers));
  const rows = writers
    .filter((one) => one.writers === most)
    .map(({ peer, kept }) => `| ${peer} | ${(100 * quantile(kept, 0.5)).toFixed(0)} % |`);
  return `${[
    `When ${most} requests each changed another key of one session at the same time, this many changes were\nkept:\n`,
    "| | kept |\n|---|---:|",
    ...rows,
  ].join("\n")}\n`;
}
