/**
 * Helpers for the tests of your app and of your own stores.
 *
 * @module prisma-db-session/testing
 */

export type { BrowserCookie, TestedApp } from "./app-cookie.ts";
export { cookies, draftMode, headers } from "./next-headers.ts";
export { type SignedInCookie, signedInCookie } from "./signed-in-cookie.ts";
export { type ConformanceOptions, type ConformanceTest, storeConformanceTests } from "./store-conformance.ts";
export { createTestBrowser, type TestBrowser, type TestBrowserOptions, type TestOutcome } from "./test-browser.ts";
export type { TestCookie, TestCookieOptions, TestCookies } from "./test-cookies.ts";
