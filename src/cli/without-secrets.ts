const HIDDEN = "***";

const SECRET_NAME = /(URL|SECRET|TOKEN|PASSWORD|KEY)$/i;
/** What is shorter is a word that a message may have anyway. */
const MIN_SECRET_LENGTH = 8;

/** Up to the last `@`, since those who forget to encode a password do so with `@` and `/` in it. Not `file:///C:/node_modules/@prisma`. With one slash, as a path that was made of a URL has it. */
const CREDENTIALS = /((?<!\/)\/\/|(?<=\b(?!file:)[a-z][a-z\d+.-]+:)\/)(?:[^\s/?#@:]*:\S*|[^\s/?#@]+)@/gi;

/** Of a URL that is not quite one too: that is what drivers complain of. `***` is the first part of one that is in the environment. */
const QUERY = /((?:\/\/|\b[a-z][a-z\d+.-]*:(?=\S)|\*\*\*)[^\s?]*\?)\S*[^\s"'`.,;:)\]}>]/gi;

/** A text that goes to a terminal, a log or cron's mail, without the passwords and tokens that drivers put into their messages. */
export function withoutSecrets(text: string): string {
  const secrets = Object.entries(process.env)
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([, value = ""]) => value.trim())
    .filter((value) => value.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length); // one may be the beginning of another
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
    .replace(CREDENTIALS, `$1${HIDDEN}@`)
    .replace(QUERY, `$1${HIDDEN}`);
}
