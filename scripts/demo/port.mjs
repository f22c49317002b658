import { once } from "node:events";
import { createServer } from "node:net";
import { Failure } from "./failure.mjs";

/** @param {string | undefined} text */
export function readPort(text) {
  if (!text) return 3000;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new Failure(`PORT must be a number from 1 to 65535, but it is "${text}".`);
}

export const portInUse = (port) =>
  new Failure(`Port ${port} is in use. Set another port: PORT=${port < 65535 ? port + 1 : 3000} npm run demo`);

/**
 * Tries both addresses of localhost, then all addresses of the machine. Some systems let two
 * processes listen on one port if their addresses differ.
 */
export async function checkPort(port) {
  for (const host of ["127.0.0.1", "::1", undefined]) {
    const server = createServer().listen(port, host);
    try {
      await once(server, "listening");
      server.close();
      await once(server, "close");
    } catch (error) {
      if (error.code === "EADDRINUSE") throw portInUse(port);
      if (error.code === "EACCES") {
        throw new Failure(`Port ${port} needs more rights. Set a port above 1023: PORT=3000 npm run demo`);
      }
      // For example, this machine has no IPv6.
    }
  }
}
