import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * Stands in front of several servers, as a load balancer does, and sends every connection to one of
 * them.
 */
export interface Switch {
  readonly port: number;
  /** From now on connections go to the server at this port. Those to another server are reset. */
  to(port: number): void;
  /** No connection gets through, and those that are open are reset. */
  off(): void;
  stop(): Promise<void>;
}

interface Options {
  /**
   * How long everything takes that passes, as over a distance. What is on its way when a server
   * dies is lost.
   */
  readonly delayMs?: number;
}

/** A switch on a free port of 127.0.0.1, which is off at first. */
export async function startSwitch({ delayMs = 0 }: Options = {}): Promise<Switch> {
  const sockets = new Set<Socket>();
  let target: number | undefined;
  const server = createServer({ noDelay: true }, (client) => {
    if (target === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ host: "127.0.0.1", port: target, noDelay: true });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {}); // "close" follows
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      if (delayMs === 0) socket.pipe(other);
      else socket.on("data", (chunk) => setTimeout(() => other.writable && other.write(chunk), delayMs));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The switch has no port.");

  const to = (port: number | undefined) => {
    target = port;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    to,
    off: () => to(undefined),
    async stop() {
      to(undefined);
      server.close();
      await once(server, "close");
    },
  };
}
