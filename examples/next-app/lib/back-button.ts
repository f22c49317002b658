/**
 * Not every browser has it. See https://developer.mozilla.org/docs/Web/API/NavigateEvent/hashChange
 */
interface Navigation {
  addEventListener(type: "navigate", listener: (event: { readonly hashChange: boolean }) => void): void;
}

/**
 * Reloads every page that the back button leads to. Next.js and browsers keep pages in memory. So
 * the back button would show the name and the note of a user who has signed out in another tab or
 * on another device.
 *
 * Call this function before Next.js listens to the same events: the first listener of the window
 * gets them first.
 */
export function reloadOnBackButton(): void {
  let isWithinPage = false;
  (window as { navigation?: Navigation }).navigation?.addEventListener("navigate", ({ hashChange }) => {
    isWithinPage = hashChange;
  });
  /** Back and forward between the pages of one document. Next.js does not get this event. */
  function onPopState(event: PopStateEvent) {
    // A link to a part of the page, such as "Skip to the content", or the way back.
    if (event.state === null || isWithinPage) return;
    event.stopImmediatePropagation();
    // After this listener, the browser scrolls to the old position on that page. So this page must
    // be long enough.
    hide();
    document.documentElement.style.minHeight = "100000px";
    requestAnimationFrame(() => setTimeout(() => location.reload()));
  }
  function onPageShow(event: PageTransitionEvent) {
    if (event.persisted) location.reload();
  }
  window.addEventListener("popstate", onPopState, true);
  // If the browser keeps this document, it must not show the document again.
  window.addEventListener("pagehide", hide);
  window.addEventListener("pageshow", onPageShow);
}

/** Unlike `display: none`, this keeps the scroll position. */
function hide(): void {
  document.documentElement.style.visibility = "hidden";
}
