import { messageOf } from "../../command-error.ts";
import { type Check, failed, passed } from "../check.ts";

const UNIQUE = "Make the key column the primary key: `key String @id`.";
const ERROR =
  "Let the client's extensions throw Prisma's own error, which has the code P2002. Otherwise a new key cannot be drawn.";

/** Whether the package recognises a key that is taken, in an INSERT and in a rotation. */
export const duplicateKey: Check = {
  id: "duplicate-key",
  needs: ["insert"],
  writes: true,
  async run({ store, probes }) {
    const taken = await probes.insert(store);
    const row = await probes.insert(store);
    const again = { ...probes.newRow(), key: taken.key };
    const changes = { key: taken.key, expireDate: probes.newExpiry() };
    for (const [what, refusal, attempt] of [
      ["INSERT", false, () => store.insert(again)],
      ["UPDATE", "taken", () => store.update(row.key, probes.guard(row.data), changes)],
    ] as const) {
      try {
        const outcome = await attempt();
        if (outcome === refusal) continue;
        if (outcome !== "unmatched") return failed(`An ${what} with a key that is taken was accepted.`, UNIQUE);
      } catch (error) {
        return failed(
          `The error of an ${what} with a key that is taken is not recognised: ${messageOf(error)}.`,
          ERROR,
        );
      }
    }
    return passed("A key that is taken is recognised.");
  },
};
