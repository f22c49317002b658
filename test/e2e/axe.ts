import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export const COLOUR_SCHEMES = ["light", "dark"] as const;

/** What axe-core finds on the page that is open: each rule with the places that break it. */
export async function problemsOf(page: Page): Promise<string[]> {
  await page.waitForFunction("document.title !== ''"); // after a redirect, Next.js may set it a moment later than the page
  await page.addScriptTag({ path: axe });
  const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
