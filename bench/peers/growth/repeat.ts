/** Runs the work one by one. Resolves to the microseconds of one run. */
export async function repeat(times: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < times; i++) await work();
  return ((performance.now() - began) * 1000) / times;
}
