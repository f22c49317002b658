import { createSessions, memoryStore, signedJson } from "prisma-db-session";
import { expect, it } from "vitest";
import { SECRET, storedKey } from "../support.ts";

it("a codec that takes all from another one but how it encodes is asked for that", async () => {
  const store = memoryStore();
  const signed = signedJson();
  const codec = {
    ...signed,
    encode: (...[data, context]: Parameters<typeof signed.encode>) => `own ${signed.encode(data, context)}`,
    decode: (...[text, context]: Parameters<typeof signed.decode>) => signed.decode(text.slice(4), context),
  };
  const sessions = createSessions<{ userId: number }>({ store, secret: SECRET, codec });
  const session = sessions.open();
  session.set("userId", 7);
  await session.save();
  session.set("userId", 8);
  await session.save();
  expect((await store.find(storedKey(session.sessionKey)))?.data).toMatch(/^own v1\./);
  expect((await sessions.load(session.sessionKey)).get("userId")).toBe(8);
});
