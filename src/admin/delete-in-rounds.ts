import { ConfigError } from "../errors.ts";

/** How often rows may be read again after a DELETE of them that deleted none: others may have been faster. */
export const MAX_IN_VAIN = 10;

/** @param rows what is read, as a sentence begins with it */
export const cannotBeDeleted = (rows: string): ConfigError =>
  new ConfigError(
    `${rows} are read again and again, and cannot be deleted. See that the model is the primary's and no replica's, ` +
      "and that nothing keeps its rows: row-level security, a trigger, a client extension that only marks them.",
  );
