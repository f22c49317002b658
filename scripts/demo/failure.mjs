/** What stops the demo, in a line for the person who started it; `output` is the end of what a tool said, where that helps. */
export class Failure extends Error {
  constructor(message, output = "") {
    super(message);
    this.output = output.trim().split("\n").slice(-30).join("\n");
  }
}
