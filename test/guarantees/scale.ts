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

/** A measured number for whoever runs `npm run prove`; `npm test` stays quiet. */
export function report(line: string): void {
  if (inject("proving")) console.log(`  ${line}`);
}
