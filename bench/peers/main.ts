import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchPostgres } from "../postgres.ts";
import { formatJson } from "./format-json.ts";
import { render } from "./render.ts";
import type { PeersResult } from "./result.ts";
import { runPeers } from "./run.ts";
import { FULL, MANY_ROWS, QUICK } from "./scale.ts";

const USAGE = `npm run bench:peers -- [--quick] [--many-rows] [--render FILE]

Compares this package with other ways to keep sessions, on PostgreSQL and in a built Next.js app.
Writes bench/peers/results/DATE.json, docs/plots/ and the tables of docs/benchmarks.md.

  --quick        tries everything with few rounds, and writes to generated/bench-peers/
  --many-rows    also measures a table of 10,000,000 rows, which takes 25 GB of disk
  --render FILE  measures nothing, and draws the results of this file again

TEST_POSTGRES_URL names a running server, which needs max_connections = 200. Without it, the benchmark
starts PostgreSQL from npm.`;

const root = fileURLToPath(new URL("../..", import.meta.url));

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      "many-rows": { type: "boolean", default: false },
      render: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(USAGE);
  if (values.render !== undefined) return draw(JSON.parse(await readFile(values.render, "utf8")), false);
  const scale = values.quick ? QUICK : values["many-rows"] ? MANY_ROWS : FULL;
  const server = await benchPostgres();
  try {
    const result = await runPeers(server.url, scale, values.quick);
    const folder = `${root}${values.quick ? "generated/bench-peers" : "bench/peers/results"}`;
    await mkdir(folder, { recursive: true });
    const file = `${folder}/${result.date}.json`;
    const text = formatJson(result);
    await writeFile(file, text);
    console.log(`The results are in ${file}.`);
    // The file has rounded numbers, and `--render` must draw the same.
    await draw(JSON.parse(text), values.quick);
  } finally {
    await server.stop();
  }
}

/** Draws the plots and writes the tables: into the docs, or only to try it. */
async function draw(result: PeersResult, isTrial: boolean): Promise<void> {
  const page = await readFile(`${root}docs/benchmarks.md`, "utf8");
  const { plots, markdown } = render(result, page);
  const docs = `${root}${isTrial ? "generated/bench-peers" : "docs"}`;
  await mkdir(`${docs}/plots`, { recursive: true });
  for (const [name, svg] of Object.entries(plots)) await writeFile(`${docs}/plots/${name}`, svg);
  await writeFile(`${docs}/benchmarks.md`, markdown);
  console.log(`The tables and plots are in ${docs}/benchmarks.md and ${docs}/plots/.`);
}

await main(process.argv.slice(2));
