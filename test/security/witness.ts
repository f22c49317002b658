import { createHash } from "node:crypto";
import { inspect } from "node:util";
import type { SessionEvent } from "prisma-db-session";
import { vi } from "vitest";

/** The channels by which something of a session may reach others. */
export const CHANNELS = ["events", "errors", "databaseErrors", "console", "statements", "rows"] as const;
export type Channel = (typeof CHANNELS)[number];

/** Every text that anybody but the owner of a session could come to see of it. */
export class Witness {
  /** The plain session keys that were drawn, also those that no session got. */
  readonly keys: string[] = [];
  readonly events: SessionEvent[] = [];
  /** The codes of the package's errors. */
  readonly codes: string[] = [];
  /** How often the package's error said that the table is missing. */
  missingTables = 0;
  /** How often the database's own error reached the caller. */
  databaseFailures = 0;
  readonly #texts: Record<Channel, string[]> = {
    events: [],
    errors: [],
    databaseErrors: [],
    console: [],
    statements: [],
    rows: [],
  };

  /** A session key like those that the package draws, of which note is taken. */
  readonly randomKey = (): string => {
    const key = createHash("sha256").update(crypto.randomUUID()).digest("hex").slice(0, 32);
    this.keys.push(key);
    return key;
  };

  readonly onEvent = (event: SessionEvent): void => {
    this.events.push(event);
    this.see("events", inspect(event, DEEPLY), JSON.stringify(event));
  };

  /** What was seen on a channel, as one text. */
  text(channel: Channel): string {
    return this.#texts[channel].join("\n");
  }

  see(channel: Channel, ...texts: readonly string[]): void {
    this.#texts[channel].push(...texts);
  }

  /** Runs what may fail, and looks at how: an error's message, its stack, its causes and whatever else is in it. */
  async attempt(run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const code = "code" in error ? String(error.code) : "none";
      const isOwn = code.startsWith("SESSION_") || error instanceof TypeError;
      if (code.startsWith("SESSION_")) this.codes.push(code);
      if (!isOwn) this.databaseFailures++;
      if (error.message.startsWith("Cannot use the session table because the database does not have it")) {
        this.missingTables++;
      }
      const texts = [String(error), String(error.stack), JSON.stringify(error), inspect(error, DEEPLY)];
      this.see(isOwn ? "errors" : "databaseErrors", ...texts);
    }
  }

  /** Reads along with everything that is printed; nothing reaches the terminal. Returns what ends that. */
  watchConsole(): () => void {
    const print = (...values: unknown[]) => this.see("console", ...values.map((value) => inspect(value, DEEPLY)));
    const spies = [
      ...(["log", "info", "warn", "error", "debug", "trace"] as const).map((method) =>
        vi.spyOn(console, method).mockImplementation(print),
      ),
      ...[process.stdout, process.stderr].map((stream) =>
        vi.spyOn(stream, "write").mockImplementation((text) => {
          print(text);
          return true;
        }),
      ),
    ];
    const warn = (warning: Error) => print(warning);
    process.on("warning", warn);
    return () => {
      for (const spy of spies) spy.mockRestore();
      process.off("warning", warn);
    };
  }
}

const DEEPLY = { depth: 20, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null } as const;

const PART = 10;

/** Those parts of a secret that stand in a text, also in other spellings: ten characters, which nothing has by chance. */
export function partsIn(text: string, secret: string): string[] {
  const bytes = Buffer.from(secret);
  const spellings = [secret, secret.toUpperCase(), bytes.toString("hex"), bytes.toString("base64url")];
  const parts = spellings.flatMap((spelling) =>
    Array.from({ length: Math.max(1, spelling.length - PART + 1) }, (_, i) => spelling.slice(i, i + PART)),
  );
  return parts.filter((part) => text.includes(part));
}
