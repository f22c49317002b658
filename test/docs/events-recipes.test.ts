import { mkdir, writeFile } from "node:fs/promises";
import { context, metrics, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import pino, { type Logger } from "pino";
import { memoryStore, type SessionEventListener } from "prisma-db-session";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { memorySessions, type ShopData, storedKey } from "../support.ts";
import { codeBlocksOf, fileOf, root } from "./code-blocks.ts";

const folder = `${root}generated/events-recipes`;

/** The code of docs/events.md, as it stands there. */
async function recipe(file: string) {
  return import(/* @vite-ignore */ `${folder}/${file}`);
}

beforeAll(async () => {
  await mkdir(`${folder}/lib`, { recursive: true });
  for (const { language, code } of await codeBlocksOf("docs/events.md")) {
    if (language === "ts") await writeFile(`${folder}/${fileOf(code)}`, code);
  }
});

/** A sign-in, a sign-out by an administrator, and a row that somebody changed; returns all keys that there were. */
async function live(onEvent: SessionEventListener): Promise<string[]> {
  const store = memoryStore();
  const columns = ({ userId }: Partial<ShopData>) => ({ userId: userId ?? null });
  const { sessions } = memorySessions({ store, onEvent, columns });
  const session = sessions.open();
  await session.save();
  const keys = [String(session.sessionKey)];
  session.set("userId", 7);
  session.set("note", "a private matter");
  await session.markAuthenticated();
  keys.push(String(session.sessionKey));
  await sessions.revoke({ userId: 7 });

  const changed = sessions.open();
  await changed.save();
  keys.push(String(changed.sessionKey));
  await store.delete(storedKey(changed.sessionKey));
  const row = { key: storedKey(changed.sessionKey), data: "rubbish", expireDate: new Date("2031-01-01") };
  await store.insert(row);
  await sessions.load(changed.sessionKey);
  return keys;
}

const HASH = expect.stringMatching(/^[0-9a-f]{16}$/);

function expectNoKey(text: string, keys: readonly string[]) {
  expect(keys).toHaveLength(3);
  for (const secret of [...keys, ...keys.map(storedKey), "private"]) expect(text).not.toContain(secret);
}

describe("the recipe for pino", () => {
  it("writes a line for each event, at its level, and no key", async () => {
    const { sessionLog } = (await recipe("lib/session-log.ts")) as {
      sessionLog: (log: Logger) => SessionEventListener;
    };
    const lines: string[] = [];
    const keys = await live(sessionLog(pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) })));
    const logged = lines.map((line) => JSON.parse(line));
    expect(logged).toEqual([
      { level: 30, type: "created", keyHash: HASH, msg: "session created" },
      { level: 30, type: "rotated", keyHash: HASH, previousKeyHash: logged[0].keyHash, msg: "session rotated" },
      { level: 30, type: "revoked", keyHash: logged[1].keyHash, by: "revoke", msg: "session revoked" },
      { level: 30, type: "created", keyHash: HASH, msg: "session created" },
      { level: 50, type: "suspicious", keyHash: logged[3].keyHash, msg: "session suspicious" },
    ]);
    expectNoKey(lines.join(""), keys);
  });
});

describe("the recipe for OpenTelemetry", () => {
  afterEach(() => {
    for (const api of [context, metrics]) api.disable();
  });

  it("counts by type, and tells the span of the request, without a key", async () => {
    const add = vi.fn();
    const span = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "1".repeat(16), traceFlags: 1 });
    const addEvent = vi.spyOn(span, "addEvent");
    useSdk({ add, active: trace.setSpan(ROOT_CONTEXT, span) });
    const { sessionTelemetry } = (await recipe("lib/session-telemetry.ts")) as {
      sessionTelemetry: SessionEventListener;
    };
    const keys = await live(sessionTelemetry);
    const types = ["created", "rotated", "revoked", "created", "suspicious"];
    expect(add.mock.calls).toEqual(types.map((type) => [1, { type }]));
    expect(addEvent.mock.calls.map(([name]) => name)).toEqual(types.map((type) => `session.${type}`));
    expect(addEvent.mock.calls[1]?.[1]).toEqual({ keyHash: HASH, previousKeyHash: HASH });
    expectNoKey(JSON.stringify([add.mock.calls, addEvent.mock.calls]), keys);
  });
});

/** As much of an SDK as the recipe uses. */
function useSdk({ add, active }: { readonly add: () => void; readonly active: typeof ROOT_CONTEXT }) {
  metrics.setGlobalMeterProvider({ getMeter: () => ({ createCounter: () => ({ add }) }) } as never);
  context.setGlobalContextManager({ active: () => active, disable: () => {} } as never);
}
