const HIDDEN = "***";

const SECRET_NAME = /(URL|SECRET|TOKEN|PASSWORD|KEY)$/i;
/** Shorter values are not removed, because they may be words of a message. */
const MIN_SECRET_LENGTH = 8;

/**
 * The user name and the password of a URL, up to the last `@`: a password that is not encoded may
 * contain `@` and `/`. Also with one slash, as in a path that was made of a URL. Does not match
 * `file:///C:/node_modules/@prisma`.
 */
const CREDENTIALS = /((?<!\/)\/\/|(?<=\b(?!file:)[a-z][a-z\d+.-]+:)\/)(?:[^\s/?#@:]*:\S*|[^\s/?#@]+)@/gi;

/**
 * The query of a URL. The URL may be malformed, because drivers quote such URLs in their messages.
 * `***` replaced the first part of a URL that is in the environment.
 */
const QUERY = /((?:\/\/|\b[a-z][a-z\d+.-]*:(?=\S)|\*\*\*)[^\s?]*\?)\S*[^\s"'`.,;:)\]}>]/gi;

/**
 * Removes passwords and tokens from a text for a terminal, a log or a mail from cron. Drivers put
 * them into their messages.
 */
export function redactSecrets(text: string): string {
  const secrets = Object.entries(process.env)
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([, value = ""]) => value.trim())
    .filter((value) => value.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length); // a value may be the prefix of another value
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
    .replace(CREDENTIALS, `$1${HIDDEN}@`)
    .replace(QUERY, `$1${HIDDEN}`);
}
