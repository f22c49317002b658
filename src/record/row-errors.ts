import { CreateError, UpdateError } from "../errors.ts";

export const keyCollisionError = (keys: number): CreateError =>
  new CreateError(
    `The session got no key: ${keys === 1 ? "the key that was drawn is" : `all ${keys} keys that were drawn are`} taken. ` +
      "Check the option `randomKey` if you set it. Otherwise try again.",
  );

export const endedError = () =>
  new UpdateError(
    "The session no longer exists. It was signed out, expired or got a new key from another request. " +
      "Let the user sign in again.",
  );

/** Why a save ends in a `ConflictError`. */
export const ENDLESS = "It kept changing, by other requests or by a client extension that encrypts or caches the data.";

export const LOAD_AGAIN = "Load it again and repeat the change.";

export const STUCK =
  "Its row reads as unchanged, but no UPDATE matches it. A transaction that reads from a snapshot (the default of " +
  "MySQL) does not see what another request wrote: use READ COMMITTED. A client extension that encrypts or caches " +
  "the data gives back another text than it wrote: exclude the session table from it.";

export const UNDECIDED =
  "Cannot tell whether an earlier write was applied, because the row has changed too much since. " +
  "Open it again with `sessions.load(session.sessionKey)`, and repeat the change if it is missing.";
