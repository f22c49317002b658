/** What is used of a request, typed by its shape: a `Request`, a `NextRequest`, and `{ headers: await headers() }` in Next.js all fit. */
export interface WithHeaders {
  /** The headers of the request. The package only reads them. */
  readonly headers: { get(name: string): string | null };
}
