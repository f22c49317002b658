import { describe } from "vitest";
import { skippedBecause } from "../skipped.ts";
import { noChromium } from "./chromium.ts";
import { sessionTests } from "./topics/session.ts";
import { signedInCookieTests } from "./topics/signed-in-cookie.ts";
import { withoutJavaScriptTests } from "./topics/without-javascript.ts";
import { useShop } from "./use-shop.ts";

// From the first page to signing out. `shop.app.test.ts` has everything else. A busy machine builds and renders slowly.
describe.skipIf(noChromium)(`journeys through the shop${skippedBecause(noChromium)}`, { timeout: 90_000 }, () => {
  const shop = useShop();
  sessionTests(shop);
  signedInCookieTests(shop);
  withoutJavaScriptTests(shop);
});
