import fc from "fast-check";
import type { Codec } from "prisma-db-session";
import { describe, expect, it } from "vitest";
import { PROOF_TIMEOUT_MS, scale } from "../guarantees/scale.ts";
import { countProcessorTime } from "../processor-time.ts";
import { DATA, encodeAs, foreignData, hostileData, MINE, NEWER_SECRET, SECRET, THEIRS } from "./hostile.ts";
import { CODECS, context, secretsOf } from "./support.ts";

/**
 * The most milliseconds that any data may take: 50 in `npm run prove`, where nothing else runs. In
 * `npm test` the machine is busy with other files and with databases, so the limit only finds what
 * hangs: that takes far longer at 10 MB.
 */
const MAX_MS = scale({ test: 1000, prove: 50 });
const TEN_MB = 10_000_000;
/** For each codec: more than a hundred thousand in all of `npm run prove`. */
const RUNS = scale({ test: 3400, prove: 34_000 });

/** As a reader whose secret was rotated. */
const reader = context({ storedKey: MINE, secrets: secretsOf(NEWER_SECRET, SECRET) });

/** The text and the milliseconds of processor time that it took: the fewest of some tries. */
function timed(codec: Codec, data: string): [text: string | undefined, ms: number] {
  let fewest = Number.POSITIVE_INFINITY;
  for (let tries = 6; ; tries--) {
    const elapsed = countProcessorTime();
    const text = codec.decode(data, reader);
    fewest = Math.min(fewest, elapsed());
    if (fewest <= MAX_MS || tries === 1) return [text, fewest];
  }
}

function refuses(codec: Codec, data: string): void {
  const [text, ms] = timed(codec, data);
  expect(text).toBeUndefined();
  expect(ms).toBeLessThanOrEqual(MAX_MS);
}

describe.each(CODECS)("Hostile data for %s", (_, codec) => {
  const own = encodeAs(codec);

  it(`${RUNS} of them neither throw, nor take over ${MAX_MS} ms, nor decode`, { timeout: PROOF_TIMEOUT_MS }, () => {
    expect(codec.decode(own, reader), "the owner's").toBe(JSON.stringify(DATA));
    let runs = 0;
    fc.assert(
      fc.property(hostileData(own, foreignData(codec)), (data) => {
        fc.pre(data !== own);
        refuses(codec, data);
        runs++;
      }),
      { numRuns: RUNS },
    );
    expect(runs).toBe(RUNS);
  });

  const huge = (unit: string) => unit.repeat(TEN_MB / Buffer.byteLength(unit));
  it.each<[what: string, data: string]>([
    ["one character", huge("x")],
    ["the owner's data and spaces", own + huge(" ")],
    ["a head and letters", own.slice(0, 120) + huge("A")],
    ["a head and braces", own.slice(0, 120) + huge("[")],
    ["a head and hex", own.slice(0, 84) + huge("0")],
    ["a head and dots", own.slice(0, 3) + huge(".")],
    ["a head and padding", own.slice(0, 28) + huge("=")],
    ["a head and NUL", own.slice(0, 120) + huge("\u0000")],
    ["a head and accents", own.slice(0, 120) + huge("é")],
    ["a head and Chinese", own.slice(0, 120) + huge("字")],
    ["a head and emoji", own.slice(0, 120) + huge("\u{1F600}")],
    ["a head and halves of surrogate pairs", own.slice(0, 120) + huge("\uD800")],
    ["properties", `${own.slice(0, 85)}${huge(',"a":1')}}`],
    ["the owner's data, again and again", own.repeat(Math.ceil(TEN_MB / own.length))],
    ["the beginnings of all codecs", huge('v1.e1.{"_session_digest":"')],
  ])(`10 MB of %s are refused within ${MAX_MS} ms`, (_, data) => refuses(codec, data));

  it("10 MB of another row, or signed with another secret, are refused as fast; the owner's are not", () => {
    const text = JSON.stringify({ note: "x".repeat(TEN_MB) });
    refuses(codec, encodeAs(codec, { text, storedKey: THEIRS }));
    refuses(codec, encodeAs(codec, { text, secret: "another-secret-of-32-characters-or-more" }));
    expect(codec.decode(encodeAs(codec, { text }), reader) === text).toBe(true);
  });
});
