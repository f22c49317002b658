// The parts of express-session that the benchmarks use, and a request through its middleware.
import { createHmac } from "node:crypto";
import { SECRET } from "../../kilobyte.ts";
import type { Data } from "./peer.ts";

export type Callback<Result = unknown> = (error?: unknown, result?: Result) => void;

/** A session object of express-session. */
export interface ExpressSession extends Data {
  touch(): void;
  save(done: Callback): void;
  regenerate(done: Callback): void;
  destroy(done: Callback): void;
}

export interface ExpressStore {
  get(id: string, done: Callback<object | null>): void;
  /** The middleware sets this method. */
  generate(request: ExpressRequest): void;
  createSession(request: ExpressRequest, data: object): ExpressSession;
}

export interface ExpressRequest {
  readonly url: string;
  readonly headers: { readonly cookie: string };
  readonly sessionStore: ExpressStore;
  sessionID: string;
  session: ExpressSession;
}

type Middleware = (request: ExpressRequest, response: ExpressResponse, next: (error?: unknown) => void) => void;

export type ExpressSessionModule = (options: {
  readonly store: ExpressStore;
  readonly secret: string;
  readonly resave: boolean;
  readonly saveUninitialized: boolean;
  readonly cookie: { readonly maxAge: number };
}) => Middleware;

/** A response without a connection. The middleware replaces `writeHead` and `end`. */
class ExpressResponse {
  statusCode = 200;
  _header = false;
  readonly #headers = new Map<string, unknown>();
  readonly #done: () => void;

  constructor(done: () => void) {
    this.#done = done;
  }

  getHeader(name: string): unknown {
    return this.#headers.get(name.toLowerCase());
  }

  setHeader(name: string, value: unknown): void {
    this.#headers.set(name.toLowerCase(), value);
  }

  writeHead(statusCode: number): void {
    this.statusCode = statusCode;
    this._header = true;
  }

  _implicitHeader(): void {
    this.writeHead(this.statusCode);
  }

  write(): boolean {
    return true;
  }

  end(): void {
    if (!this._header) this._implicitHeader();
    this.#done();
  }
}

/**
 * Sends a request through the middleware to a handler. Resolves at the end of the response, even if
 * the save failed: the middleware reports that later.
 */
export const handle = (
  middleware: Middleware,
  cookie: string,
  handler: (session: ExpressSession) => unknown,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = { url: "/", headers: { cookie } } as ExpressRequest;
    const response = new ExpressResponse(resolve);
    middleware(request, response, (error) => {
      if (error) return reject(error);
      try {
        handler(request.session);
        response.end();
      } catch (thrown) {
        reject(thrown);
      }
    });
  });

/** The cookie that express-session gives a browser: the id and its signature. */
export function cookieOf(sessionID: string): string {
  const signature = createHmac("sha256", SECRET).update(sessionID).digest("base64").replace(/=+$/, "");
  return `connect.sid=${encodeURIComponent(`s:${sessionID}.${signature}`)}`;
}

export const promised = <Result>(run: (done: Callback<Result>) => void): Promise<Result | undefined> =>
  new Promise((resolve, reject) => {
    run((error, result) => (error ? reject(error) : resolve(result)));
  });
