/** A cookie as `cookies()` of next/headers returns it. */
export interface TestCookie {
  /** The name. */
  readonly name: string;
  /** The value. */
  readonly value: string;
}

/** The attributes that can remove a cookie. Other attributes are ignored. */
export interface TestCookieOptions {
  /** In seconds. */
  readonly maxAge?: number;
  /** A date, or milliseconds since 1970. */
  readonly expires?: Date | number;
}

/** A cookie that a request sets or removes. */
export interface ChangedCookie extends TestCookie {
  readonly isRemoved: boolean;
}

type SetArguments =
  | [name: string, value: string, options?: TestCookieOptions]
  | [cookie: TestCookie & TestCookieOptions];

/** The cookies of one request: what `await cookies()` of next/headers returns. */
export class TestCookies implements Iterable<[string, TestCookie]> {
  readonly #values: Map<string, string>;
  /**
   * Sets a cookie, in a server action or a route handler.
   * @throws Error in a server component, with the message of Next.js
   */
  readonly set: (...args: SetArguments) => this;
  /**
   * Removes a cookie, in a server action or a route handler.
   * @throws Error in a server component, with the message of Next.js
   */
  readonly delete: (cookie: string | { readonly name: string }) => this;

  /**
   * @param onChange Called for every cookie that is set or removed. Without it, the cookies are
   * read-only.
   */
  constructor(sent: Iterable<readonly [string, string]>, onChange?: (cookie: ChangedCookie) => void) {
    this.#values = new Map(sent);
    if (!onChange) {
      // Next.js also uses one function for both.
      this.set = refuseChange;
      this.delete = refuseChange;
      return;
    }
    const change = (name: string, value: string, isRemoved: boolean) => {
      if (isRemoved) this.#values.delete(name);
      else this.#values.set(name, value);
      onChange({ name, value, isRemoved });
      return this;
    };
    this.set = (...args) => {
      const { name, value, ...options } =
        typeof args[0] === "string" ? { ...args[2], name: args[0], value: String(args[1]) } : args[0];
      return change(name, value, isPast(options));
    };
    this.delete = (cookie) => change(typeof cookie === "string" ? cookie : cookie.name, "", true);
  }

  /** The cookie of a name. */
  get(name: string): TestCookie | undefined {
    const value = this.#values.get(name);
    return value === undefined ? undefined : { name, value };
  }

  /** All cookies, or those of a name. */
  getAll(name?: string): TestCookie[] {
    return [...this].map(([, cookie]) => cookie).filter((cookie) => name === undefined || cookie.name === name);
  }

  /** Whether there is a cookie of a name. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The number of cookies. */
  get size(): number {
    return this.#values.size;
  }

  /** The value of a `Cookie` header. */
  toString(): string {
    return [...this.#values].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("; ");
  }

  *[Symbol.iterator](): Iterator<[string, TestCookie]> {
    for (const [name, value] of this.#values) yield [name, { name, value }];
  }
}

function refuseChange(): never {
  throw new Error(
    "Cookies can only be modified in a Server Action or Route Handler. Read more: " +
      "https://nextjs.org/docs/app/api-reference/functions/cookies#options",
  );
}

/** Whether these attributes remove a cookie. Browsers prefer the age to the date. */
export function isPast({ maxAge, expires }: TestCookieOptions): boolean {
  if (maxAge !== undefined) return maxAge <= 0;
  return expires !== undefined && Number(expires) <= Date.now();
}
