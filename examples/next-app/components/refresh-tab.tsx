"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** A tab that was in the background asks anew for what it shows: somebody may have signed out in another, or put something into the cart. */
export function AskAnew() {
  const router = useRouter();
  useEffect(() => {
    function onVisibilityChange() {
      // What somebody is typing is not taken away. The form's action will find out who is signed in.
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
