/**
 * How much a test of many random cases does, and from which seed.
 *
 * `npm test` runs a sample, `npm run test:long` all; both print the seed, and `--seed` repeats it.
 */
export const isLong = process.env.DIRECTOR_TEST_LONG === '1'

/** The seed of this run, a whole number; 1 where a test file is run by hand. */
export const seed = Number(process.env.DIRECTOR_TEST_SEED ?? 1)

/** The number of cases to run: a sample, or all of them in a long run. */
export function effort(sample: number, long: number): number {
  return isLong ? long : sample
}

/** The cases to run: all of them in a long run, else `count` of them chosen by the seed. */
export function pick<Case>(cases: readonly Case[], count: number): readonly Case[] {
  if (isLong || cases.length <= count) return cases
  const first = seed % cases.length
  const stride = Math.floor(cases.length / count)
  return Array.from(
    { length: count },
    (_, index) => cases[(first + index * stride) % cases.length],
  ).filter(chosen => chosen !== undefined)
}
