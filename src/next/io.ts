import cache from "next/cache.js";

/**
 * To be awaited before a database or the clock is asked. With Cache Components, Next.js also renders pages to prefetch them: there this never
 * returns, so that no statement is sent for what nobody will see, and the clock is not complained of. Everywhere else it returns at once, as
 * it does before Next.js 16, which has no such function.
 */
export const io: () => Promise<void> = (cache as { readonly io?: () => Promise<void> }).io ?? (async () => {});
