import { confirm } from "../ask.ts";
import { CommandError } from "../command-error.ts";
import type { Host } from "../host.ts";
import { countsOf } from "./result.ts";
import type { Selection } from "./selection.ts";

/**
 * Asks whether to delete the selected sessions.
 * @throws CommandError if the condition matches every live session without `--all`, or if there is
 *   no terminal to ask
 */
export async function confirmRevoke(
  selection: Selection,
  { all, yes, database }: { readonly all: boolean; readonly yes: boolean; readonly database: string | undefined },
  host: Host,
): Promise<boolean> {
  const { live, liveInAll, isEveryone } = selection;
  if (isEveryone && !all) {
    throw new CommandError(
      `The condition matches every live session (${live} of ${liveInAll}). Nothing was deleted. ` +
        "Narrow the condition, or add --all to sign everyone out.",
    );
  }
  if (yes) return true;
  host.stderr.write(`${countsOf(selection)}\n`);
  const where = database === undefined ? "" : ` of ${database}`;
  const question = isEveryone ? `Sign everyone out${where}?` : `Sign these sessions out${where}?`;
  return confirm(host, question, "Nothing was deleted.");
}
