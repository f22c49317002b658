"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/**
 * Refreshes a tab that comes to the front: the user may have signed out in another tab, or changed
 * the cart there.
 */
export function RefreshTab() {
  const router = useRouter();
  useEffect(() => {
    function onVisibilityChange() {
      // A refresh could take away what the user is typing. The action of the form checks the
      // session anyway.
      if (document.visibilityState === "visible" && !isSomethingTyped()) router.refresh();
    }
    document.addEventListener("visibilitychange", onVisibilityChange);
    return () => document.removeEventListener("visibilitychange", onVisibilityChange);
  }, [router]);
  return null;
}

function isSomethingTyped(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    "input:not([type=hidden]), textarea",
  );
  return [...fields].some(({ value, defaultValue }) => value !== defaultValue);
}
