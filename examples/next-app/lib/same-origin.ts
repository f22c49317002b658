/**
 * Next guards server actions against other sites' requests, but no route handlers. Every browser of today says where a request comes
 * from; what sends no such header is no browser, and has no visitor's cookie to misuse.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none";
}
