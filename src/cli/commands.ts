import { clearExpiredCommand } from "./clear-expired/command.ts";
import type { Command } from "./command.ts";
import { doctorCommand } from "./doctor/command.ts";
import { initCommand } from "./init/command.ts";
import { listCommand } from "./list/command.ts";
import { revokeCommand } from "./revoke/command.ts";
import { statsCommand } from "./stats/command.ts";

/** All commands, in the order of the help. To add a command, add it to this list. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  doctorCommand,
  listCommand,
  revokeCommand,
  statsCommand,
  clearExpiredCommand,
];
