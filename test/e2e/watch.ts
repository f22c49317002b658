import type { Page } from "playwright-core";

/** Kept by the tab, over all documents of the site that it shows. */
const SEEN = "test.seen";

/**
 * Watches for texts that must not be seen from now on, not even for a moment: at each change of the page, before it is painted, and at each
 * frame, for a page that comes back as the browser kept it. Nothing of them may be there now.
 */
export async function watchFor(page: Page, texts: readonly string[]): Promise<void> {
  const script = `{
    const look = () => {
      const text = document.body?.innerText ?? "";
      if (${JSON.stringify(texts)}.some((forbidden) => text.includes(forbidden))) sessionStorage.setItem("${SEEN}", "yes");
    };
    const lookAtEachFrame = () => {
      look();
      requestAnimationFrame(lookAtEachFrame);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    addEventListener("pageshow", look);
    lookAtEachFrame();
  }`;
  await page.addInitScript(script);
  await page.evaluate(script);
}

/** Whether one of the texts was there at any moment since. */
export const didAppear = async (page: Page): Promise<boolean> =>
  (await page.evaluate(`sessionStorage.getItem("${SEEN}")`)) !== null;
