/**
 * An error that stops the demo, with a message of one line for the user.
 * `output` holds the last lines of a tool's output, if they help.
 */
export class Failure extends Error {
  constructor(message, output = "") {
    super(message);
    this.output = output.trim().split("\n").slice(-30).join("\n");
  }
}
