import { createSessions, memoryStore } from "prisma-db-session";
import { hashedKey, KILOBYTE, PREFIX_LENGTH, SECRET, savedKilobyte } from "./kilobyte.ts";
import type { Result } from "./result.ts";

/** Measures the bytes that a row has besides the data: the write log and the signature. */
export async function benchRow(): Promise<Result> {
  const store = memoryStore();
  const session = await savedKilobyte(createSessions({ store, secret: SECRET }));
  const sizes: number[] = [];
  for (let writes = 1; writes <= 100; writes++) {
    const { data } = (await store.find(hashedKey(session.sessionKey))) ?? { data: "" };
    sizes.push(data.length - PREFIX_LENGTH - JSON.stringify({ ...KILOBYTE, visits: writes - 1 }).length);
    session.set("visits", writes);
    await session.save();
  }
  return {
    what: "bytes of a row besides the session's data",
    details: {
      "bytes of the signature": PREFIX_LENGTH,
      "bytes of the write log after 1 write": sizes[0] ?? Number.NaN,
      "bytes of the write log after 8 writes": sizes[7] ?? Number.NaN,
      "bytes of the write log after 100 writes": sizes[99] ?? Number.NaN,
    },
  };
}
