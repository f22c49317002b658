import { setTimeout as wait } from "node:timers/promises";

const MAX_WAIT_MS = 50;

/**
 * A random wait before a retry, so that concurrent requests do not collide again. It takes at most
 * 2 ms after the first try, then at most 4 ms, and so on up to 50 ms.
 */
export const jitter = (tries: number): Promise<void> => wait(Math.random() * Math.min(MAX_WAIT_MS, 2 ** tries));
