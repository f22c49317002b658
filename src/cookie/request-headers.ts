/** A `Request`, a `NextRequest` or, in Next.js, `{ headers: await headers() }`. */
export interface WithHeaders {
  /** The headers of the request. The package only reads them. */
  readonly headers: { get(name: string): string | null };
}
