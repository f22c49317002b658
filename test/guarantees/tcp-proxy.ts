import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "./seeded-random.ts";

/** How often a piece of a conversation meets each fault, and how often none, in comparison. */
const TO_SERVER = {
  /** It arrives as it should. */
  none: 900,
  /** It arrives, after a while. */
  delay: 60,
  /** The connection is closed before it, or in the middle of it. */
  cut: 8,
  /** The client's side is reset, and the server never gets it. */
  reset: 8,
  /** The server gets it, and the client's side is reset when the answer comes. */
  resetAtAnswer: 12,
  /** The client's side is reset, and the server gets it afterwards. */
  late: 8,
  /** Nothing happens at all, until the client gives up. Then the server gets it. */
  silence: 1,
};
const TO_CLIENT = { none: 900, delay: 60, cut: 6, reset: 6 };

type Fault = Exclude<keyof typeof TO_SERVER | keyof typeof TO_CLIENT, "none">;

const MAX_DELAY_MS = 40;
const MAX_LATE_MS = 500;

/** Stands between a database's clients and its server, and lets through what it likes. */
export interface TcpProxy {
  readonly port: number;
  /** How often it did what. */
  readonly faults: Readonly<Record<Fault, number>>;
  /** From now on there are faults, or none. At first there are none. */
  rage(stormy: boolean): void;
  /**
   * Waits until no connection to the server is left, those included whose clients are gone: the server has carried out by then what it will ever
   * get. The clients must be closed before.
   */
  drained(): Promise<void>;
  stop(): Promise<void>;
}

/** A proxy on a free port of 127.0.0.1. */
export async function startTcpProxy(serverHost: string, serverPort: number, random: SeededRandom): Promise<TcpProxy> {
  const faults: Record<Fault, number> = { delay: 0, cut: 0, reset: 0, resetAtAnswer: 0, late: 0, silence: 0 };
  const links = new Set<Link>();
  let stormy = false;
  const draw = <Name extends Fault | "none">(weights: Readonly<Record<Name, number>>): Name | "none" => {
    const fault = stormy ? random.pick(weights) : "none";
    if (fault !== "none") faults[fault as Fault] += 1;
    return fault;
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ host: serverHost, port: serverPort, allowHalfOpen: true, noDelay: true });
    const link = new Link(client, upstream, { draw, random });
    links.add(link);
    link.closed.then(() => links.delete(link));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");

  const drained = async () => {
    while (links.size > 0) await Promise.all([...links].map((link) => link.closed));
  };
  return {
    port: address.port,
    faults,
    rage(to) {
      stormy = to;
    },
    drained,
    async stop() {
      server.close();
      for (const link of links) link.destroy();
      await drained();
    },
  };
}

interface Weather {
  readonly draw: <Name extends Fault | "none">(weights: Readonly<Record<Name, number>>) => Name | "none";
  readonly random: SeededRandom;
}

/**
 * One connection of a client, and the one to the server that belongs to it. However the client's side ends, the server's is only ever
 * half-closed: a server carries out what it has got before it notices, and closes the connection when it is done, which is how the proxy knows.
 */
class Link {
  /** When nothing of this connection can reach the server any more. */
  readonly closed: Promise<unknown>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #weather: Weather;
  readonly #clientEnded: Promise<unknown>;
  #resetsAtAnswer = false;
  #isSilent = false;

  constructor(client: Socket, server: Socket, weather: Weather) {
    this.#client = client;
    this.#server = server;
    this.#weather = weather;
    this.#clientEnded = ended(client);
    this.closed = Promise.all([client, server].map((socket) => new Promise((resolve) => socket.on("close", resolve))));

    // An error is followed by "close", which is enough to know.
    for (const socket of [client, server]) socket.on("error", () => {});
    inTurn(
      client,
      (chunk) => this.#toServer(chunk),
      () => server.end(),
    );
    inTurn(
      server,
      (chunk) => this.#toClient(chunk),
      () => client.end(),
    );
    server.on("close", () => client.destroy());
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  async #toServer(chunk: Buffer): Promise<void> {
    const [client, server, { draw, random }] = [this.#client, this.#server, this.#weather];
    switch (draw(TO_SERVER)) {
      case "cut":
        server.end(chunk.subarray(0, random.below(chunk.length)));
        client.end();
        return;
      case "reset":
        client.resetAndDestroy();
        return;
      case "resetAtAnswer":
        this.#resetsAtAnswer = true;
        break;
      case "late":
        client.resetAndDestroy();
        await wait(random.below(MAX_LATE_MS));
        break;
      case "silence":
        this.#isSilent = true;
        await this.#clientEnded;
        break;
      case "delay":
        await wait(random.below(MAX_DELAY_MS));
    }
    if (!server.writableEnded) server.write(chunk);
  }

  async #toClient(chunk: Buffer): Promise<void> {
    const [client, { draw, random }] = [this.#client, this.#weather];
    if (this.#isSilent) return;
    if (this.#resetsAtAnswer) {
      client.resetAndDestroy();
      return;
    }
    switch (draw(TO_CLIENT)) {
      case "cut":
        client.end(chunk.subarray(0, random.below(chunk.length)));
        return;
      case "reset":
        client.resetAndDestroy();
        return;
      case "delay":
        await wait(random.below(MAX_DELAY_MS));
    }
    if (client.writable) client.write(chunk);
  }
}

const ended = (socket: Socket) => new Promise((resolve) => socket.once("end", resolve).once("close", resolve));

/** Takes one chunk after another, and then the end, however it comes. */
function inTurn(socket: Socket, take: (chunk: Buffer) => Promise<void>, end: () => void): void {
  let turns: Promise<void> = Promise.resolve();
  socket.on("data", (chunk) => {
    turns = turns.then(() => take(chunk));
  });
  ended(socket).then(() => {
    turns = turns.then(end);
  });
}
