// Next.js finds its AsyncLocalStorage in the global scope, from the first import on.
import "next/dist/server/node-environment-baseline.js";

import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { createNextSessions } from "prisma-db-session/next";
import { describe, expect, it } from "vitest";
import { describeEachOwnedDatabase } from "../databases/index.ts";
import { inNextRequest } from "../next/request.ts";
import { memorySessions, storedKey } from "../support.ts";
import { CANARY, live, MALFORMED, SECRET } from "./life.ts";
import { CHANNELS, type Channel, partsIn, Witness } from "./witness.ts";

/** Those of the channels on which something of these secrets can be seen. */
const channelsWith = (witness: Witness, secrets: readonly string[], among: readonly Channel[] = CHANNELS) =>
  among.filter((channel) => secrets.some((secret) => partsIn(witness.text(channel), secret).length > 0));

/** Without its prefix, which is no secret. */
const digest = (key: string) => storedKey(key).slice("sha256.".length);
const OUTSIDE: readonly Channel[] = ["events", "errors", "console"];

describeEachOwnedDatabase("a session's whole life", (db) => {
  let lived: Promise<Witness> | undefined;
  /** The same for all tests: it takes seconds. */
  const life = () => (lived ??= live(db()));

  it("brings every event, every error but the two of Next.js, and failures of the database in all of its verbs", async () => {
    const witness = await life();
    expect([...new Set(witness.events.map(({ type }) => type))].sort()).toEqual(
      [
        ...["created", "loaded", "saved", "merged", "overwritten", "conflict", "rotated", "refreshed", "ended"],
        ...[
          "revoked",
          "limitNotEnforced",
          "unknownKey",
          "malformedKey",
          "suspicious",
          "expiredDeleted",
          "signInRestarted",
        ],
      ].sort(),
    );
    expect([...new Set(witness.codes)].sort()).toEqual([
      "SESSION_CONFIG",
      "SESSION_CONFLICT",
      "SESSION_CREATE",
      "SESSION_NOT_LOADED",
      "SESSION_SERIALIZATION",
      "SESSION_UPDATE",
    ]);
    expect(witness.missingTables).toBe(12);
    expect(witness.databaseFailures).toBe(12);
    expect(witness.text("console")).toContain("did not verify");
    expect(witness.text("console")).toContain("The log is full.");
  });

  it("shows the plain key nowhere: the table and the query log have its hash, and nothing else has even that", async () => {
    const witness = await life();
    expect(witness.keys.length).toBeGreaterThan(15);
    expect(channelsWith(witness, witness.keys)).toEqual([]);
    for (const channel of ["statements", "rows"] as const) {
      expect(witness.keys.some((key) => witness.text(channel).includes(storedKey(key)))).toBe(true);
    }
    expect(channelsWith(witness, witness.keys.map(digest), OUTSIDE)).toEqual([]);
  });

  it("calls a session in events by a hash of what the table holds", async () => {
    const { events, keys } = await life();
    const names = new Set(events.flatMap((event) => ("keyHash" in event ? event.keyHash : [])));
    const expected = keys.map((key) => createHash("sha256").update(storedKey(key)).digest("hex").slice(0, 16));
    expect(names.size).toBeGreaterThan(10);
    const strange = [...names].filter((name) => !expected.includes(name));
    expect(strange).toHaveLength(1); // the key that nobody drew
  });

  it("shows data, a refused cookie and the secret to no event, no error of the package and nobody who reads what is printed", async () => {
    const witness = await life();
    expect(witness.text("rows")).toContain(CANARY);
    expect(channelsWith(witness, [CANARY, MALFORMED], OUTSIDE)).toEqual([]);
    expect(channelsWith(witness, [SECRET])).toEqual([]);
  });

  it("with `hashKeys: false` has the key in the column and in the query log, as was chosen, and nowhere else", async () => {
    const witness = await live(db(), { hashKeys: false });
    expect(channelsWith(witness, witness.keys, [...OUTSIDE, "statements", "rows"])).toEqual(["statements", "rows"]);
  });
});

describe("what shows parts of a secret", () => {
  const KEY = "abcdefghij0123456789abcdefghij01";

  it("finds ten characters of it, and other spellings", () => {
    const bytes = Buffer.from(KEY);
    for (const text of [KEY, KEY.toUpperCase(), bytes.toString("hex"), bytes.toString("base64"), KEY.slice(7, 17)]) {
      expect(partsIn(`It was ${text}.`, KEY)).not.toEqual([]);
    }
    expect(partsIn(`It was ${KEY.slice(7, 16)}.`, KEY)).toEqual([]);
  });

  it("sees into the causes and the hidden properties of errors, and into what is printed", async () => {
    const witness = new Witness();
    const hidden = Object.defineProperty(new Error("lost"), "key", { value: KEY });
    await witness.attempt(() => Promise.reject(new Error("failed", { cause: hidden })));
    const restore = witness.watchConsole();
    console.debug({ at: { last: KEY } });
    restore();
    expect(channelsWith(witness, [KEY])).toEqual(["databaseErrors", "console"]);
  });
});

describe("a session at hand", () => {
  it("shows neither key nor secret when it is printed or sent to a client", async () => {
    const { sessions } = memorySessions({ secret: SECRET });
    const session = sessions.open();
    session.set("userId", 7);
    await session.save();
    const key = session.sessionKey as string;
    for (const shown of [inspect(session, { depth: 20, showHidden: true }), JSON.stringify(session), String(session)]) {
      expect(partsIn(shown, key)).toEqual([]);
      expect(partsIn(shown, SECRET)).toEqual([]);
    }
  });

  it("shows neither key nor data in the error of a server component that writes", async () => {
    const { sessions, store } = memorySessions({ secret: SECRET });
    const { getSession } = createNextSessions({ store, secret: SECRET });
    const session = sessions.open();
    session.set("note", CANARY);
    await session.save();
    const witness = new Witness();
    const key = session.sessionKey as string;
    await inNextRequest({ cookies: { session: key }, phase: "render" }, async () => {
      const read = await getSession();
      read.set("note", `${CANARY} 2`);
      for (const run of [() => read.save(), () => read.cycleKey(), () => read.flush()]) await witness.attempt(run);
    });
    expect(witness.codes).toEqual(Array(3).fill("SESSION_READ_ONLY"));
    expect(channelsWith(witness, [key, CANARY])).toEqual([]);
  });
});
