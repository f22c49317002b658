import fc from "fast-check";
import { expect, it } from "vitest";
import { memorySessions, START, storedKey } from "../support.ts";

const RUNS = 1000;

it("no cookie opens a session that is not its owner's, throws, or makes a row", async () => {
  const { sessions, store } = memorySessions();
  const victim = sessions.open();
  victim.set("userId", 1);
  await victim.save();
  const key = victim.sessionKey as string;
  const nearly = fc.nat(31).map((i) => `${key.slice(0, i)}${key[i] === "a" ? "b" : "a"}${key.slice(i + 1)}`);
  const cookies = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.stringMatching(/^[a-z0-9]{8,40}$/),
    fc.constantFrom(
      storedKey(key),
      key.toUpperCase(),
      `${key} `,
      `${key}\u0000`,
      `"${key}"`,
      encodeURIComponent(`${key}=`),
    ),
    nearly,
  );
  await fc.assert(
    fc.asyncProperty(cookies, async (cookie) => {
      const session = await sessions.load(cookie);
      expect(session.isEmpty()).toBe(true);
      expect(await store.find(storedKey(cookie))).toBeUndefined();
    }),
    { numRuns: RUNS },
  );
});

it("no text in the data column throws, or gives anything but an empty session", async () => {
  const { sessions, store } = memorySessions();
  const [mine, other] = [sessions.open(), sessions.open()];
  for (const session of [mine, other]) {
    session.update({ userId: 1, cart: ["tea"] });
    await session.save();
  }
  const own = (await store.find(storedKey(mine.sessionKey)))?.data as string;
  const theirs = (await store.find(storedKey(other.sessionKey)))?.data as string;
  const flipped = fc.tuple(fc.nat(own.length - 1), fc.integer({ min: 1, max: 127 })).map(([i, bits]) => {
    return own.slice(0, i) + String.fromCharCode(own.charCodeAt(i) ^ bits) + own.slice(i + 1);
  });
  const texts = fc.oneof(
    flipped,
    fc.nat(own.length - 1).map((length) => own.slice(0, length)),
    fc.json().map((json) => `${own.slice(0, 68)}${json}`),
    fc.json(),
    fc.string({ unit: "binary" }),
    fc.constantFrom(theirs, `${own} `, own.toUpperCase(), `${own.slice(0, 68)}${"[".repeat(100_000)}`),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (data) => {
      fc.pre(data !== own);
      await store.update(storedKey(mine.sessionKey), { liveAt: START }, { data, expireDate: new Date("2031-01-01") });
      const session = await sessions.load(mine.sessionKey);
      expect(session.isEmpty()).toBe(true);
    }),
    { numRuns: RUNS },
  );
});
