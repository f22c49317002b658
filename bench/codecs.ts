import { type Codec, encryptedJson, plainJson, signedJson } from "prisma-db-session";
// Not of the package's public names: the very hash and the very keys.
import { hashSessionKey } from "../src/key.ts";
import { secretKeys } from "../src/secret.ts";
import { KILOBYTE, SECRET } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

const CODECS: Readonly<Record<string, Codec>> = {
  "signing, by signedJson()": signedJson(),
  "encrypting, by encryptedJson()": encryptedJson(),
  "signing, by plainJson()": plainJson(),
};

/** Microseconds for the hash of the key and the codec's work together. */
const GOAL = 40;

export async function benchCodecs(): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, codec] of Object.entries(CODECS)) results.push(await benchCodec(name, codec));
  return results;
}

/** What a save reckons before it sends anything, and a load: the hash before it sends anything, the rest when it got the row. */
async function benchCodec(name: string, codec: Codec): Promise<Result> {
  const secrets = secretKeys(SECRET);
  const context = () => ({ storedKey: hashSessionKey("a".repeat(32)), secrets, serializer: JSON });
  const text = codec.encode(KILOBYTE, context());
  const write = async () => codec.encode(KILOBYTE, context());
  const read = async () => codec.decode(text, context());
  const { ours, theirs } = await compare(write, read, { times: 2000 });
  return {
    what: `hashing the key and ${name} ${text.length} characters`,
    details: { "us to write": ours, "us to read": theirs },
    goals: { "us to write": GOAL, "us to read": GOAL },
  };
}
