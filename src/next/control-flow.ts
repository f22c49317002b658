/**
 * What Next.js throws to redirect or to answer with a status, and expects to reach it. It is known by its `digest`, which Next.js 15 and 16
 * share; the functions that ask this are not exported.
 */
export type ControlFlow = { readonly location: string; readonly status: number } | { readonly status: number };

const REDIRECT = /^NEXT_REDIRECT;(?:push|replace);(.*);(303|307|308);$/s;
const HTTP_ERROR = /^NEXT_HTTP_ERROR_FALLBACK;(401|403|404)$/;

/** Of `redirect()`, `permanentRedirect()`, `notFound()`, `unauthorized()` and `forbidden()`; undefined for every other error. */
export function controlFlowOf(error: unknown): ControlFlow | undefined {
  const { digest } = Object(error) as { readonly digest?: unknown };
  if (typeof digest !== "string") return undefined;
  const redirect = REDIRECT.exec(digest);
  if (redirect) return { location: String(redirect[1]), status: Number(redirect[2]) };
  const status = HTTP_ERROR.exec(digest)?.[1];
  return status === undefined ? undefined : { status: Number(status) };
}

/**
 * What `redirect()` throws in a server action. Not called from next/navigation: written with the ending that Node.js needs, `next/navigation.js`
 * is not what bundlers replace by its server's part, and a route handler that imports the browser's cannot be built.
 */
export function redirectOfAction(location: string): Error {
  return Object.assign(new Error("NEXT_REDIRECT"), { digest: `NEXT_REDIRECT;push;${location};307;` });
}

/** The response that Next.js gives for it in a route handler. */
export function responseOf(flow: ControlFlow, request: Request): Response {
  if (!("location" in flow)) return new Response(null, { status: flow.status });
  // After a form was sent, the next page is to be got, not sent to.
  const status = isForm(request) ? 303 : flow.status;
  return new Response(null, { status, headers: { Location: flow.location } });
}

function isForm({ method, headers }: Request): boolean {
  const type = headers.get("content-type") ?? "";
  const isSent = type === "application/x-www-form-urlencoded" || type.startsWith("multipart/form-data");
  return method === "POST" && (isSent || headers.has("next-action"));
}
