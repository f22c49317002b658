import type { Outcome } from "../app/actions.ts";

/**
 * The outcome of a form. The element is always there, because screen readers announce only changes.
 */
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
