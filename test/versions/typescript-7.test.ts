import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { compileConsumer } from "../packed-consumer.ts";
import { skippedBecause } from "../skipped.ts";
import { notInstalled } from "./installed.ts";

const typescript = fileURLToPath(new URL("node_modules/typescript", import.meta.url));

it.skipIf(notInstalled)(
  `the types of the packed package hold with TypeScript 7.0 and skipLibCheck: false${skippedBecause(notInstalled)}`,
  async () => {
    const { compiled } = await compileConsumer(typescript);
    expect(compiled).toBe("");
  },
  120_000,
);
