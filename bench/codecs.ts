import { type Codec, encryptedJson, plainJson, signedJson } from "prisma-db-session";
import { secretKeys } from "../src/key/secret-keys.ts";
// These are not public: the benchmark must use the package's own hash and keys.
import { hashSessionKey } from "../src/key/session-key.ts";
import { KILOBYTE, SECRET } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

const CODECS: Readonly<Record<string, Codec>> = {
  "signing, by signedJson()": signedJson(),
  "encrypting, by encryptedJson()": encryptedJson(),
  "signing, by plainJson()": plainJson(),
};

/** In microseconds: the time to hash the key and to run the codec. */
const GOAL = 40;

export async function benchCodecs(): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, codec] of Object.entries(CODECS)) results.push(await benchCodec(name, codec));
  return results;
}

/**
 * Measures the work of the package around a statement. A save hashes the key and encodes the data.
 * A load hashes the key and decodes the row.
 */
async function benchCodec(name: string, codec: Codec): Promise<Result> {
  const secrets = secretKeys(SECRET);
  const context = () => ({ storedKey: hashSessionKey("a".repeat(32)), secrets });
  const data = codec.encode(JSON.stringify(KILOBYTE), context());
  const write = async () => codec.encode(JSON.stringify(KILOBYTE), context());
  const read = async () => JSON.parse(codec.decode(data, context()) ?? "");
  const { us } = await compare({ write, read }, { times: 2000 });
  return {
    what: `hashing the key and ${name} ${data.length} characters`,
    details: { "us to write": us.write, "us to read": us.read },
    goals: { "us to write": GOAL, "us to read": GOAL },
  };
}
