import { CommandError } from "./command-error.ts";

/**
 * @throws CommandError if the value of an option is a URL, which may hold a password, instead of
 *   a path
 */
export function checkPath(option: string, path: string): void {
  if (!/^[a-z][a-z\d+.-]+:\/\//i.test(path)) return;
  throw new CommandError(`--${option} must be a path, but it is a URL. Give the path of a file of your app.`);
}
