import { after } from "next/server.js";
import { type CallSite, captureCallSite, leadTo } from "../session/call-site.ts";
import type { DbSession } from "../session/db-session.ts";
import { warnAtEnd } from "../warnings/session-class.ts";
import { warnOnce } from "../warnings/warn-once.ts";

/** How a session was asked for, in development. */
export interface Asked {
  /** The line that asked for it. `undefined` if the package saves the changes itself. */
  readonly place: CallSite | undefined;
  /** Whether the session can be saved there. */
  readonly isWritable: boolean;
}

/**
 * In development, warns at the end of the request of what is usually a mistake. If a session that
 * was changed is not saved by then, the warning shows the line of the last change. A change deep
 * inside a value is not noticed when it is made. Then the warning shows `place`.
 */
export function warnAfterRequest<Data extends object>(session: DbSession<Data>, { place, isWritable }: Asked): void {
  let changed: CallSite | undefined;
  try {
    after(() => {
      warnAtEnd(session);
      if (place && isUnsaved(session)) warnOfUnsaved(changed, { place, isWritable });
    });
  } catch {
    return; // a static page has no request
  }
  if (!place) return;
  session.onChange = () => {
    changed = captureCallSite();
  };
}

/** Prints it once for each way through the user's code that leads to such a change. */
function warnOfUnsaved(changed: CallSite | undefined, { place, isWritable }: { place: CallSite; isWritable: boolean }) {
  const warning = leadTo(changed ?? place, new UnsavedChanges(isWritable));
  warnOnce(`unsaved ${changed && callsOf(changed)} ${callsOf(place)}`, warning);
}

/** The calls up to this one: those that waited before it are not the same in each request. */
const callsOf = ({ stack }: CallSite): string => String(stack).split(/\n +at (?:async |.*\(node:)/)[0] ?? "";

/** Printed as an error is, so that Next.js shows the lines of the source. */
class UnsavedChanges extends Error {
  override readonly name = "UnsavedChanges";

  constructor(isWritable: boolean) {
    super(
      isWritable
        ? "A session was changed, but not saved by the end of the request, so the change is lost. " +
            "Call `await session.save()` after it, or let `withSession()` do that."
        : "A session was changed where it can only be read, so the change is lost. A server component, generateMetadata " +
            "and after() cannot change a session. Change it in a server action or a route handler.",
    );
  }
}

function isUnsaved<Data extends object>(session: DbSession<Data>): boolean {
  if (session.writeError !== undefined) return false; // the write has thrown an error
  try {
    return session.needsSave();
  } catch {
    return true; // a value that cannot be saved was set
  }
}
