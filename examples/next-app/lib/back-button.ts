/** In browsers that have it. See https://developer.mozilla.org/docs/Web/API/NavigateEvent/hashChange */
interface Navigation {
  addEventListener(type: "navigate", listener: (event: { readonly hashChange: boolean }) => void): void;
}

/**
 * Next.js keeps in memory what pages looked like, and the back button shows them so: with the name and the note of somebody who has been
 * signed out meanwhile, in another tab or from another device. Here a page that comes back is asked for anew, always.
 *
 * To be called before Next.js listens to the same events: those of the window reach whoever listened first.
 */
export function askAnewOnTheWayBack(): void {
  let isWithinPage = false;
  (window as { navigation?: Navigation }).navigation?.addEventListener("navigate", ({ hashChange }) => {
    isWithinPage = hashChange;
  });
  /** Back and forward between the pages of one document. Next.js learns nothing of it. */
  function onPopState(event: PopStateEvent) {
    // A link to a part of the page, such as "Skip to the content", or the way back from there.
    if (event.state === null || isWithinPage) return;
    event.stopImmediatePropagation();
    // After this listener the browser scrolls to where that page was left. So the one that is still here has to be long enough.
    hide();
    document.documentElement.style.minHeight = "100000px";
    requestAnimationFrame(() => setTimeout(() => location.reload()));
  }
  function onPageShow(event: PageTransitionEvent) {
    if (event.persisted) location.reload();
  }
  window.addEventListener("popstate", onPopState, true);
  window.addEventListener("pagehide", hide); // a document that the browser keeps must not be seen again as it was
  window.addEventListener("pageshow", onPageShow);
}

/** In a way that keeps the place where the page is scrolled to. */
function hide(): void {
  document.documentElement.style.visibility = "hidden";
}
