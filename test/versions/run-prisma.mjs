// Runs the CLI of an older Prisma: `node run-prisma.mjs FOLDER ARGUMENTS`.
import { prisma } from "../../scripts/schema-engine/cli.mjs";

const [cli, ...args] = process.argv.slice(2);
prisma(args, { cli, stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1));
