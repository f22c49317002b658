/**
 * What Next.js throws to redirect or to answer with a status. Next.js 15 and 16 use the same
 * `digest`. They do not export the functions that recognise it.
 */
export type ControlFlow = { readonly location: string; readonly status: number } | { readonly status: number };

const REDIRECT = /^NEXT_REDIRECT;(?:push|replace);(.*);(303|307|308);$/s;
const HTTP_ERROR = /^NEXT_HTTP_ERROR_FALLBACK;(401|403|404)$/;

/**
 * `undefined` for an error that is not of `redirect()`, `permanentRedirect()`, `notFound()`,
 * `unauthorized()` or `forbidden()`.
 */
export function controlFlowOf(error: unknown): ControlFlow | undefined {
  const { digest } = Object(error) as { readonly digest?: unknown };
  if (typeof digest !== "string") return undefined;
  const redirect = REDIRECT.exec(digest);
  if (redirect) return { location: String(redirect[1]), status: Number(redirect[2]) };
  const status = HTTP_ERROR.exec(digest)?.[1];
  return status === undefined ? undefined : { status: Number(status) };
}

/**
 * What `redirect()` throws in a server action. `next/navigation.js` cannot be imported here. With
 * the file ending that Node.js needs, bundlers take the browser's part of this module. A route
 * handler with that part cannot be built.
 */
export function redirectOfAction(location: string): Error {
  return Object.assign(new Error("NEXT_REDIRECT"), { digest: `NEXT_REDIRECT;push;${location};307;` });
}

/** The response of Next.js for this in a route handler. */
export function responseOf(flow: ControlFlow, request: Request): Response {
  if (!("location" in flow)) return new Response(null, { status: flow.status });
  // After a form was sent, the browser must request the next page by GET.
  const status = isForm(request) ? 303 : flow.status;
  return new Response(null, { status, headers: { Location: flow.location } });
}

function isForm({ method, headers }: Request): boolean {
  const type = headers.get("content-type") ?? "";
  const isSent = type === "application/x-www-form-urlencoded" || type.startsWith("multipart/form-data");
  return method === "POST" && (isSent || headers.has("next-action"));
}
