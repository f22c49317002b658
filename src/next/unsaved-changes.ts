import { after } from "next/server.js";
import type { DbSession } from "../session/db-session.ts";

/**
 * In development, warns if a session that was changed is not saved by the end of the request, and
 * shows the line of the last change. A change deep inside a value is not noticed when it is made.
 * Then the warning shows `place`.
 *
 * @param place where the session was asked for
 */
export function warnOfUnsaved<Data extends object>(session: DbSession<Data>, place: UnsavedChanges): void {
  let changed: UnsavedChanges | undefined;
  try {
    after(() => {
      if (isUnsaved(session)) console.warn(changed ?? place);
    });
  } catch {
    return; // a static page has no request
  }
  session.onChange = () => {
    changed = new UnsavedChanges();
  };
}

/** Printed as an error is, so that Next.js shows the lines of the source. */
export class UnsavedChanges extends Error {
  override readonly name = "UnsavedChanges";

  constructor() {
    super(
      "A session was changed, but not saved by the end of the request, so the change is lost. " +
        "Call `await session.save()` after it, or let `withSession()` do that.",
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
