import type { Outcome } from "../app/actions.ts";

/** What came of a form. It is there from the beginning, so that screen readers notice when a text comes into it. */
export function Message({ outcome }: { outcome: Outcome | null }) {
  return (
    <p
      className={outcome?.ok === false ? "message problem" : "message"}
      role={outcome?.ok === false ? "alert" : "status"}
    >
      {outcome?.message}
    </p>
  );
}
