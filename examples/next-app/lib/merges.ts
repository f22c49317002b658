import { AsyncLocalStorage } from "node:async_hooks";
import type { SessionEvent } from "prisma-db-session";

const requests = new AsyncLocalStorage<{ wasMerged: boolean }>();

/** For `onEvent`: notes on the request at hand that its save met another one's, and that the changes of both were brought together. */
export function countMerge({ type }: SessionEvent): void {
  const request = requests.getStore();
  if (request && type === "merged") request.wasMerged = true;
}

/** A route handler whose response says in the header `Merged` whether that happened: `1`, or `0`. */
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
