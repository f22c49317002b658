import { randomBytes } from "node:crypto";
import { signedJson } from "prisma-db-session";
import { hashedKey, KILOBYTE } from "./kilobyte.ts";
import type { Result } from "./result.ts";
import { compare } from "./rounds.ts";

/** What a save reckons before it sends anything, and a load after it got the row. */
export async function benchSigning(): Promise<Result> {
  const codec = signedJson();
  const key = randomBytes(32);
  const sessionKey = "a".repeat(32);
  const context = () => ({
    storedKey: hashedKey(sessionKey),
    secrets: { derive: (): [Uint8Array] => [key] },
    serializer: JSON,
  });
  const text = codec.encode(KILOBYTE, context());
  const write = async () => codec.encode(KILOBYTE, context());
  const read = async () => codec.decode(text, context());
  const { ours, theirs } = await compare(write, read, { times: 2000 });
  return {
    what: `hashing the key and signing ${text.length} characters`,
    details: { "us to write": ours, "us to read": theirs },
  };
}
