import { describe } from "vitest";
import { skippedBecause } from "../skipped.ts";
import { noChromium } from "./chromium.ts";
import { accessibilityTests } from "./topics/accessibility.ts";
import { backButtonTests } from "./topics/back-button.ts";
import { cartTests } from "./topics/cart.ts";
import { devicesTests } from "./topics/devices.ts";
import { documentationTests } from "./topics/documentation.ts";
import { endedTests } from "./topics/ended.ts";
import { signInTests } from "./topics/sign-in.ts";
import { twentyTests } from "./topics/twenty.ts";
import { useShop } from "./use-shop.ts";

// A busy machine builds and renders slowly.
describe.skipIf(noChromium)(`the shop in a browser${skippedBecause(noChromium)}`, { timeout: 90_000 }, () => {
  const shop = useShop();
  signInTests(shop);
  cartTests(shop);
  twentyTests(shop);
  devicesTests(shop);
  endedTests(shop);
  backButtonTests(shop);
  documentationTests(shop);
  accessibilityTests(shop);
});
