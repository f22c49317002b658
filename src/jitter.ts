import { setTimeout as wait } from "node:timers/promises";

const MAX_WAIT_MS = 50;

/** A random wait that may be longer the more often it was tried in vain, so that those who met do not meet again. */
export const jitter = (tried: number): Promise<void> => wait(Math.random() * Math.min(MAX_WAIT_MS, 2 ** tried));
