// The conversation with the Prisma CLI: JSON-RPC 2.0 on stdin and stdout, one message a line.
import { createInterface } from "node:readline";
import { describe } from "./errors.mjs";

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

/** The CLI reads stderr as well: the last message of the level ERROR is its reason for an engine that ended too early. */
export function log(level, fields) {
  process.stderr.write(`${JSON.stringify({ level, target: "schema_engine::logger", fields })}\n`);
}

/** Shows text on the CLI's own stdout. The CLI acknowledges it, which nobody waits for. */
export const print = (id, content) => send({ id, method: "print", params: { content } });

/**
 * Answers the CLI's requests in their order, until it closes stdin.
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
      // The shape that the native engine gives to an error of the user's, which the CLI shows as it is.
      const data = { is_panic: false, message, meta: null, error_code: code };
      send({ id, error: { code: 4466, message, data } });
    }
  }
}
