import { type ChildProcess, fork } from "node:child_process";
import { on, once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const RUN_TYPESCRIPT = new URL("../../scripts/run-typescript.mjs", import.meta.url);

/** A process of a test's own, which runs a TypeScript file; see `parent-process.ts` for its end of the channel. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #messages: AsyncIterator<[unknown]>;
  readonly #errors: Promise<string>;

  /**
   * Starts it. It is killed when the test ends, however that ends; and it ends by itself when this process is gone.
   * @param job what it is to do
   * @param flags of Node's own
   */
  constructor(file: URL, job: object, flags: readonly string[] = []) {
    this.#child = fork(RUN_TYPESCRIPT, [fileURLToPath(file), JSON.stringify(job)], {
      execArgv: [...flags],
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    this.#messages = on(this.#child, "message", { close: ["disconnect"] }) as AsyncIterator<[unknown]>;
    this.#errors = this.#child.stderr ? text(this.#child.stderr) : Promise.resolve("");
    onTestFinished(() => this.stop());
  }

  send(message: string): void {
    this.#child.send(message);
  }

  /** What it tells next. Throws what it printed, if it ended instead. */
  async next<Message>(): Promise<Message> {
    const { value, done } = await this.#messages.next();
    if (done) throw new Error(`A process of this test ended early:\n${await this.#errors}`);
    return value[0] as Message;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }
}
