import cache from "next/cache.js";

/**
 * Await this before a query and before reading the clock. With Cache Components, Next.js also
 * renders pages to prefetch them. There it never returns, so no statement is sent, and Next.js does
 * not complain about the clock. Everywhere else it returns at once, and before Next.js 16, which
 * has no such function, too.
 */
export const io: () => Promise<void> = (cache as { readonly io?: () => Promise<void> }).io ?? (async () => {});
