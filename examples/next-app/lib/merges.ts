import { AsyncLocalStorage } from "node:async_hooks";
import type { SessionEvent } from "prisma-db-session";

const requests = new AsyncLocalStorage<{ wasMerged: boolean }>();

/**
 * For `onEvent`: notes that the save of the current request merged its changes with those of a
 * concurrent request.
 */
export function countMerge({ type }: SessionEvent): void {
  const request = requests.getStore();
  if (request && type === "merged") request.wasMerged = true;
}

/**
 * Adds a header `Merged` to the response of a route handler: `1` if its save merged changes,
 * otherwise `0`.
 */
export function sayWhetherMerged<Args extends unknown[]>(handler: (...args: Args) => Promise<Response>) {
  return (...args: Args): Promise<Response> => {
    const request = { wasMerged: false };
    return requests.run(request, async () => {
      const response = await handler(...args);
      response.headers.set("Merged", request.wasMerged ? "1" : "0");
      return response;
    });
  };
}
