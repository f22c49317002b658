import { CreateError } from "../errors.ts";

/** How many keys are drawn before giving up. With a sound generator even a second one is never needed. */
export const MAX_KEYS = 100;

export function keyCollisionError(keys: number): CreateError {
  return new CreateError(
    `The session got no key, since ${keys === 1 ? "the key drawn is" : `${keys} keys drawn are all`} taken. ` +
      "Check the option randomKey, if you set it; otherwise try again.",
  );
}
