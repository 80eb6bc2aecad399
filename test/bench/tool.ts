import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'

export const root = join(import.meta.dirname, '../..')

/** The cluster file of the README. */
export const PAIR = join(root, 'examples/pair/cluster.yaml')

/** The bytes of a megabyte, in the sense that is harder on us. */
export const MB = 1e6

/** Runs the launcher and returns what it printed. */
export async function director(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const environment = Object.entries({ ...process.env, ...env }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const options = { cwd: root, env: Object.fromEntries(environment) }
  return String(await exec(join(root, 'director'), words, options))
}

/** How long the launcher takes from its start to its end, in seconds. */
export async function timeOf(...call: Parameters<typeof director>): Promise<number> {
  const startedAt = performance.now()
  await director(...call)
  return (performance.now() - startedAt) / 1000
}

/** The middle one of an odd number of measurements: one slow moment does not count. */
export function median(values: readonly number[]): number {
  return (
    [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  )
}
