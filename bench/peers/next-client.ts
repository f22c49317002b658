import { requirePeer } from "./packages.ts";
import type { Place } from "./result.ts";
import { quantile } from "./statistics.ts";

/** The text of bench/peers/next-app/lib/answer.tsx. */
const SIGNED_IN = "visitor is signed in";
/** The cookie cache of better-auth holds for five minutes. */
const COOKIES_LAST_MS = 200_000;

interface Sample {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

interface Request {
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Visitors of one peer's part of the app. Each visitor has a session and a connection. */
export class NextClient {
  readonly #url: string;
  readonly #visitors: number;
  #cookies: readonly string[] = [];
  #signedInAt = Number.NEGATIVE_INFINITY;

  constructor(url: string, visitors: number) {
    this.#url = url;
    this.#visitors = visitors;
  }

  async measure(place: Place, amount: number): Promise<Sample> {
    if (performance.now() - this.#signedInAt > COOKIES_LAST_MS) await this.#signIn();
    const { path, ...request } = await this.#requestOf(place);
    const cookies = [...this.#cookies];
    const times: number[] = [];
    const run: Autocannon = requirePeer("autocannon")({
      url: this.#url + path,
      connections: this.#visitors,
      amount,
      sampleInt: 10, // The run ends at a sample. By default, autocannon takes one in a second.
      ...request,
      setupClient: (client) => client.setHeaders({ ...request.headers, cookie: cookies.pop() ?? "" }),
      verifyBody: (body) => body.includes(SIGNED_IN),
    } satisfies AutocannonOptions);
    const began = performance.now();
    let ended = began;
    run.on("response", (_client, _status, _bytes, milliseconds) => {
      times.push(milliseconds);
      ended = performance.now();
    });
    const { non2xx, errors, mismatches } = await run;
    const seconds = (ended - began) / 1000;
    if (non2xx + errors + mismatches > 0 || times.length !== amount) {
      throw new Error(`${this.#url}${path}: ${times.length} answers, of which ${non2xx + mismatches} are wrong.`);
    }
    return { requestsPerSecond: amount / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
  }

  async #signIn(): Promise<void> {
    const cookies: string[] = [];
    for (let i = 0; i < this.#visitors; i++) {
      const response = await fetch(`${this.#url}/handler`, { method: "PUT" });
      if (!response.ok) throw new Error(`${this.#url}/handler: ${response.status} ${await response.text()}`);
      cookies.push(
        response.headers
          .getSetCookie()
          .map((cookie) => cookie.split(";", 1)[0])
          .join("; "),
      );
    }
    this.#cookies = cookies;
    this.#signedInAt = performance.now();
  }

  async #requestOf(place: Place): Promise<Request> {
    switch (place) {
      case "handler reads":
        return { path: "/handler", method: "GET" };
      case "handler writes":
        return { path: "/handler", method: "POST" };
      case "page reads":
        return { path: "/page", method: "GET" };
      case "action writes":
        return this.#submission();
    }
  }

  /** The page's form, as a browser without JavaScript submits it. */
  async #submission(): Promise<Request> {
    const headers = { cookie: this.#cookies[0] ?? "" };
    const page = await (await fetch(`${this.#url}/page`, { headers })).text();
    const [, field] = /name="(\$ACTION_ID_\w+)"/.exec(page) ?? [];
    if (!field) throw new Error(`${this.#url}/page has no action.`);
    const part = `Content-Disposition: form-data; name="${field}"\r\n\r\n\r\n`;
    return {
      path: "/page",
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=part", origin: new URL(this.#url).origin },
      body: `--part\r\n${part}--part--\r\n`,
    };
  }
}

interface AutocannonOptions {
  readonly url: string;
  readonly connections: number;
  readonly amount: number;
  readonly sampleInt: number;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  setupClient(client: { setHeaders(headers: Readonly<Record<string, string>>): void }): void;
  verifyBody(body: string): boolean;
}

interface Autocannon extends Promise<{ non2xx: number; errors: number; mismatches: number }> {
  on(
    event: "response",
    listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
  ): unknown;
}
