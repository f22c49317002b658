import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    proving: boolean;
  }
}

/** How much of a proof is run: `npm test` runs each small, `npm run prove` at full size. */
export function scale<Size>(sizes: { readonly test: Size; readonly prove: Size }): Size {
  return inject("proving") ? sizes.prove : sizes.test;
}

/** Proofs at full size have as long as `vitest.prove.config.ts` says: on a busy machine they take several times as long. */
export const PROOF_TIMEOUT_MS = scale({ test: 600_000, prove: 3_600_000 });

/** A measured number for whoever runs `npm run prove`; `npm test` stays quiet. */
export function report(line: string): void {
  if (inject("proving")) console.log(`  ${line}`);
}
