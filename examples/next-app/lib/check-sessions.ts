import { check } from "./session.ts";

/** Ends the server if only a change of the code or of the database can help. */
export async function checkSessions(): Promise<void> {
  try {
    await check();
  } catch (error) {
    console.error(error);
    if (error instanceof Error && error.name === "ConfigError") process.exit(1);
  }
}
