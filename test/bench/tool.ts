import { join } from 'node:path'
import { exec } from '../../src/kit/exec.ts'

export const root = join(import.meta.dirname, '../..')

/** The bytes of a megabyte as the limits mean it. */
export const MB = 1e6

/** Runs the launcher and returns what it printed. */
export async function director(...words: readonly string[]): Promise<string> {
  return String(await exec(join(root, 'director'), words, { cwd: root }))
}

/** How long the launcher takes from its start to its end, in seconds. */
export async function timeOf(...words: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  await director(...words)
  return (performance.now() - startedAt) / 1000
}
