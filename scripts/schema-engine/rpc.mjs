// The protocol of the Prisma CLI: JSON-RPC 2.0 on stdin and stdout, one message per line.
import { createInterface } from "node:readline";
import { describe } from "./errors.mjs";

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

/**
 * Writes to stderr, which the CLI reads too. If the engine exits too early, the CLI shows the last
 * message of level ERROR as the reason.
 */
export function log(level, fields) {
  process.stderr.write(`${JSON.stringify({ level, target: "schema_engine::logger", fields })}\n`);
}

/** Shows text on the CLI's stdout. The CLI acknowledges the message, but no code waits for that. */
export const print = (id, content) => send({ id, method: "print", params: { content } });

/**
 * Answers the CLI's requests in order, until the CLI closes stdin.
 *
 * @param {(method: string, params: any, id: number) => Promise<unknown>} answer
 */
export async function serve(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line);
    if (!method) continue; // an acknowledgement of print()
    try {
      send({ id, result: (await answer(method, params, id)) ?? null });
    } catch (error) {
      const { message, code } = describe(error);
      // The form of a user error of the native engine. The CLI shows the message unchanged.
      const data = { is_panic: false, message, meta: null, error_code: code };
      send({ id, error: { code: 4466, message, data } });
    }
  }
}
