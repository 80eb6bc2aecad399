import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../kit/atomic.ts'

// What the archive answered when the lock had no answer, by digest of the question.
const recordPath = (cache: string, key: string) => join(cache, 'resolved', `${key}.json`)

/** What the archive answered before, or undefined. */
export async function readResolution<Answer>(
  cache: string,
  key: string,
): Promise<Answer | undefined> {
  try {
    return JSON.parse(await readFile(recordPath(cache, key), 'utf8')) as Answer
  } catch {
    // Not there, or not readable: the archive is asked again.
    return undefined
  }
}

/** Keeps an answer of the archive. */
export async function writeResolution(cache: string, key: string, answer: unknown): Promise<void> {
  await writeAtomic(recordPath(cache, key), `${JSON.stringify(answer)}\n`)
}
