import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/**
 * What axe-core runs in each colour scheme. The schemes differ in colours alone, so the rules about other things run
 * once. The category has a rule of level AAA too, which axe-core does not run by default.
 */
const RUNS = {
  light: {},
  dark: { runOnly: ["cat.color"], rules: { "color-contrast-enhanced": { enabled: false } } },
};

/** What axe-core finds on the page that is open, in light and in dark colours: each rule with the places that break it. */
export async function problemsOf(page: Page): Promise<string[]> {
  await page.waitForFunction("document.title !== ''"); // after a redirect, Next.js may set it a moment later than the page
  await page.addScriptTag({ path: axe });
  const problems: string[] = [];
  // Dark comes first, so that the page is left as a visitor has it by default.
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(`matchMedia("(prefers-color-scheme: ${colorScheme})").matches`);
    const options = JSON.stringify({ resultTypes: ["violations"], ...RUNS[colorScheme] });
    const { violations } = (await page.evaluate(`axe.run(${options})`)) as AxeResults;
    for (const { id, nodes } of violations) {
      problems.push(`${id} in ${colorScheme} colours: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    }
  }
  return problems;
}
