/**
 * Whether `NODE_ENV` says "development" or "test". An app that says nothing counts as production,
 * which is the safer of the two.
 */
export const isDevelopment = (): boolean => ["development", "test"].includes(process.env.NODE_ENV ?? "");
