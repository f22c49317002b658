import { forbidden, notFound, permanentRedirect, redirect, unauthorized } from "next/navigation.js";
import { beforeAll, vi } from "vitest";

/** The functions of Next.js that throw, with the status and headers of their responses. */
export const CONTROL_FLOW: [name: string, raise: () => never, status: number, headers: Record<string, string>][] = [
  ["redirect()", () => redirect("/next?a=1;b=2"), 307, { location: "/next?a=1;b=2" }],
  ["permanentRedirect()", () => permanentRedirect("/next"), 308, { location: "/next" }],
  ["notFound()", () => notFound(), 404, {}],
  ["unauthorized()", () => unauthorized(), 401, {}],
  ["forbidden()", () => forbidden(), 403, {}],
];

/** Turns on the experiment of Next.js that unauthorized() and forbidden() need. */
export function allowAuthInterrupts(): void {
  beforeAll(() => {
    vi.stubEnv("__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS", "1");
    return () => vi.unstubAllEnvs();
  });
}
